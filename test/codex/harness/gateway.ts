import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from './codex.ts';

/** A gateway in a process of its own. @property url  without path. */
export type Gateway = {
  readonly url: string;
  readonly token: string;
  readonly home: string;
  readonly log: () => string;
  readonly close: () => Promise<void>;
};

const READY_MS = 20_000;

/** @param config  the text of config.yaml; left out: no configuration at all. */
export async function startGateway(config?: string): Promise<Gateway> {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-home-'));
  if (config !== undefined) writeFileSync(join(home, 'config.yaml'), config);
  const child = spawn(process.execPath, [fileURLToPath(new URL('serve.ts', import.meta.url)), 'serve', '--port', '0'], {
    cwd: home,
    env: cleanEnvironment({ PLUGBOARD_HOME: home, CODEX_HOME: join(home, 'no-codex') }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = await readyUrl(child, (text) => {
    log += text;
    return log;
  });
  return {
    url,
    token: readFileSync(join(home, 'token'), 'utf8').trim(),
    home,
    log: () => log,
    close: async () => {
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(hard);
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** What a command of ours prints, on both of its streams. */
export function runCommand(home: string, args: readonly string[]): string {
  const entry = fileURLToPath(new URL('serve.ts', import.meta.url));
  const environment = cleanEnvironment({ PLUGBOARD_HOME: home, CODEX_HOME: join(home, 'no-codex') });
  const run = spawnSync(process.execPath, [entry, ...args], { cwd: home, env: environment, encoding: 'utf8' });
  return `${run.stdout}${run.stderr}`;
}

function readyUrl(child: ChildProcess, collect: (text: string) => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => fail('is not ready in time'), READY_MS);
    const fail = (why: string) => {
      clearTimeout(late);
      child.kill('SIGKILL');
      reject(new Error(`the gateway ${why}:\n${collect('')}`));
    };
    const read = (text: string) => {
      const url = /https?:\/\/[\w.[\]:]+:\d+/.exec(collect(text))?.[0];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', collect);
    child.once('close', (status) => fail(`ended with status ${status}`));
  });
}
