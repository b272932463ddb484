import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAM = join(import.meta.dirname, '../cli/testing/plugboard.ts');
const onWindows = process.platform === 'win32' && 'Windows knows no signal that a process could answer';

function homeFor(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-process-'));
  t.after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  return home;
}

/** The first URL that a process says. */
function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString();
      const url = /http:\/\/[\w.:]+:\d+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)));
  });
}

const environment = (home: string, more: Record<string, string> = {}): NodeJS.ProcessEnv => {
  const { npm_lifecycle_event: _, ...rest } = process.env;
  return { ...rest, PLUGBOARD_HOME: home, CODEX_HOME: join(home, 'codex'), ...more };
};

async function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(`${url}/health/live`, { agent: false }, (reply) => {
      reply.resume();
      resolve(reply.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}

test('SIGTERM drains and ends with status 0, and leaves no state behind', { skip: onWindows }, async (t) => {
  const home = homeFor(t);
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--port', '0'], {
    env: environment(home),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => child.kill('SIGKILL'));
  const url = await urlOf(child);
  const state = join(home, 'run', 'gateway.json');
  assert.equal(JSON.parse(readFileSync(state, 'utf8')).pid, child.pid);
  assert.ok(await answers(url));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve([code, signal])));
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  assert.ok(!existsSync(state));
});

const SERVE = [process.execPath, PROGRAM, 'serve', '--port', '0'];

/** npm runs a script in a shell, which on some systems stays in between. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  'straight away': SERVE,
  'through a shell': ['sh', '-c', `${SERVE.map((part) => `'${part}'`).join(' ')}; true`],
};

for (const [way, [file = '', ...args]] of Object.entries(WAYS)) {
  test(`started by npm ${way}, the gateway ends when npm is gone`, { skip: onWindows }, (t) =>
    endsWithNpm(t, file, args),
  );
}

async function endsWithNpm(t: TestContext, file: string, args: readonly string[]): Promise<void> {
  const home = homeFor(t);
  const script = `require('node:child_process').spawn(${JSON.stringify(file)}, ${JSON.stringify(args)}, { stdio: ['ignore', 1, 'ignore'] }); setInterval(() => {}, 1000);`;
  const npm = spawn(process.execPath, ['-e', script], {
    env: environment(home, { npm_lifecycle_event: 'start' }),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => npm.kill('SIGKILL'));
  const url = await urlOf(npm);
  const { pid } = JSON.parse(readFileSync(join(home, 'run', 'gateway.json'), 'utf8'));
  t.after(() => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  });
  assert.ok(await answers(url));
  npm.kill('SIGKILL');
  for (let tries = 0; await answers(url); tries += 1) {
    assert.ok(tries < 100, 'the gateway outlived npm');
    await sleep(50);
  }
}
