import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveBench, PROGRAM } from '../testing/live.ts';
import { isRunning } from './process.ts';

test('start, status, restart and stop, each with its exit status', async (t) => {
  const { run, port, home, gatewayPid } = await liveBench(t);
  assert.equal((await run('status')).status, 1);

  const started = await run('start', '--json');
  assert.equal(started.status, 0, started.err);
  const { pid, url, already, ready } = JSON.parse(started.out);
  assert.deepEqual([url, already, ready, gatewayPid()], [`http://127.0.0.1:${port}`, false, true, pid]);

  const again = await run('start');
  assert.match(again.out, new RegExp(`^already running at ${url} \\(process ${pid}\\)\n$`));
  const status = await run('status', '--json');
  assert.deepEqual([status.status, JSON.parse(status.out).state], [0, 'ready']);

  const restarted = await run('restart');
  assert.equal(restarted.status, 0, restarted.err);
  assert.notEqual(gatewayPid(), pid);
  assert.equal(isRunning(pid), false);

  const log = await run('logs');
  assert.match(log.out, /listens on/);

  const stopped = await run('stop', '--json');
  assert.equal(stopped.status, 0);
  assert.equal(JSON.parse(stopped.out).how, 'drained');
  assert.equal(existsSync(join(home, 'run', 'gateway.json')), false);
  assert.match((await run('stop')).out, /did not run/);
});

test('five at once start one gateway, and all print its token', async (t) => {
  const { run, home } = await liveBench(t);
  const ends = await Promise.all([1, 2, 3, 4, 5].map(() => run('token', '--start')));
  const token = readFileSync(join(home, 'token'), 'utf8');
  for (const end of ends) assert.deepEqual(end, { status: 0, out: token, err: '' });
  assert.equal(listens(home), 1);
});

test('after kill -9 the next call brings the gateway back, with the same token', async (t) => {
  const { run, gatewayPid } = await liveBench(t);
  const before = await run('token', '--start');
  const pid = gatewayPid();
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGKILL');
  await until(() => !isRunning(pid));
  const after = await run('token', '--start');
  assert.deepEqual(after, before);
  assert.notEqual(gatewayPid(), pid);
});

test('a starter that is killed blocks nobody', async (t) => {
  const bench = await liveBench(t);
  const starter = spawn(process.execPath, [PROGRAM, 'token', '--start'], { env: bench.environment, stdio: 'ignore' });
  await until(() => existsSync(join(bench.home, 'run', 'start.lock')));
  starter.kill('SIGKILL');
  // A gateway that the dead starter had begun comes up all the same; the test must not end before it.
  // The log is opened first, so there may be none even where that stands.
  const begun = existsSync(join(bench.home, 'logs', 'gateway.log'));
  const patience = Date.now() + 3_000;
  while (begun && bench.gatewayPid() === undefined && Date.now() < patience) await sleep(20);
  const end = await bench.run('token', '--start');
  assert.equal(end.status, 0, end.err);
  assert.equal(end.out, readFileSync(join(bench.home, 'token'), 'utf8'));
});

test('the process id of a gateway that is gone may be another program’s: that one lives on', async (t) => {
  const { run, home, port } = await liveBench(t);
  await run('start');
  await run('stop');
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  t.after(() => stranger.kill('SIGKILL'));
  const state = { url: `http://127.0.0.1:${port}`, startedAt: 0, version: '0', configFile: '', instance: 'gone' };
  writeFileSync(join(home, 'run', 'gateway.json'), JSON.stringify({ ...state, pid: stranger.pid }));
  assert.equal((await run('stop')).status, 0);
  assert.equal(stranger.exitCode, null);
  assert.ok(isRunning(stranger.pid ?? 0));
});

test('a port that is taken: the reason and the mend, from the log', async (t) => {
  const { run, port } = await liveBench(t);
  const server = createServer((_, reply) => reply.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.after(() => server.close());
  const end = await run('start');
  assert.equal(end.status, 1);
  assert.match(end.err, /^plugboard: the gateway did not start: .*\n/);
  assert.match(end.err, new RegExp(String(port)));
  assert.match(end.err, /mend: /);
});

test('a configuration that is broken: nothing starts, the line is named', async (t) => {
  const { run, home } = await liveBench(t);
  writeFileSync(join(home, 'config.yaml'), 'server:\n  prot: 1\n');
  const end = await run('start');
  assert.equal(end.status, 1);
  assert.match(end.err, /config\.yaml:2:3/);
  writeFileSync(join(home, 'config.yaml'), 'server: {}\nservre: 1\n');
  const again = await run('start');
  assert.match(again.err, /config\.yaml:2:1/);
  assert.doesNotMatch(again.err, /config\.yaml:2:3/, 'what an earlier start wrote is told again');
});

test('logs -f goes on until it is interrupted', { skip: process.platform === 'win32' }, async (t) => {
  const bench = await liveBench(t);
  await bench.run('start');
  const follower = spawn(process.execPath, [PROGRAM, 'logs', '-f'], { env: bench.environment, stdio: 'pipe' });
  let seen = '';
  follower.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
  });
  await until(() => seen.includes('listens on'));
  const length = seen.length;
  await bench.run('restart');
  await until(() => seen.slice(length).includes('listens on'));
  follower.kill('SIGINT');
  const [status, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    follower.once('exit', (code, name) => resolve([code, name]));
  });
  assert.ok(signal === 'SIGINT' || status !== null);
});

/** How often a gateway began to listen. */
function listens(home: string): number {
  return readFileSync(join(home, 'logs', 'gateway.log'), 'utf8').split('listens on').length - 1;
}

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !condition(); await sleep(20)) {
    assert.ok(Date.now() < deadline, 'not in time');
  }
}
