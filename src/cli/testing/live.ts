import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { readRunState } from '../../config/run-state.ts';

export type Ended = { readonly status: number | null; readonly out: string; readonly err: string };

/** The program itself in child processes, with homes of its own. @property spawn  one run of it. */
export type LiveBench = {
  readonly home: string;
  readonly codexHome: string;
  readonly port: number;
  readonly run: (...args: readonly string[]) => Promise<Ended>;
  readonly environment: { readonly [name: string]: string };
  readonly gatewayPid: () => number | undefined;
};

export const PROGRAM = join(import.meta.dirname, 'plugboard.ts');

/** @param config  config.yaml behind its `server` section. Whatever gateway still runs ends with the test. */
export async function liveBench(t: TestContext, config = ''): Promise<LiveBench> {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-live-'));
  const home = join(folder, 'home');
  const codexHome = join(folder, 'codex');
  mkdirSync(home);
  mkdirSync(codexHome);
  const port = await freePort();
  writeFileSync(join(home, 'config.yaml'), `server: { port: ${port} }\n${config}`);
  const environment = { ...inherited(), PLUGBOARD_HOME: home, CODEX_HOME: codexHome };
  const gatewayPid = (): number | undefined => {
    const found = readRunState(home);
    return found.status === 'running' ? found.state.pid : undefined;
  };
  t.after(() => {
    const pid = gatewayPid();
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });
  return { home, codexHome, port, environment, gatewayPid, run: (...args) => runProgram(args, environment) };
}

/** @property cwd    where it runs, if not here. @property input  what is piped in; left out: nothing, not even a pipe.
 *  @property begun  is given the process, once it runs. */
export type ProgramRun = {
  readonly cwd?: string;
  readonly input?: string;
  readonly begun?: (child: ChildProcess) => void;
};

export function runProgram(
  args: readonly string[],
  environment: { readonly [name: string]: string },
  { cwd, input, begun }: ProgramRun = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: environment,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    begun?.(child);
    child.stdin?.end(input);
    let out = '';
    let err = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, out, err }));
  });
}

/** The test runner's environment without keys, proxies and what npm and the runner add. */
function inherited(): { readonly [name: string]: string } {
  const dropped = /^(npm_|INIT_CWD$|NODE_|CODEX|PLUGBOARD|OLLAMA|FORCE_COLOR$|CI$|.*_API_KEY$|HF_TOKEN$|.*_proxy$)/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !dropped.test(entry[0]),
    ),
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new TypeError('no port');
  return address.port;
}
