import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bench } from '../testing/context.ts';
import { logs } from './logs.ts';

test('without a log: what to run', async (t) => {
  const { run, said } = bench(t);
  assert.equal(await run('logs'), 1);
  assert.match(said.err, /no log yet.*\n {2}mend: plugboard start\n/);
});

test('the last lines of a log longer than one read', async (t) => {
  const { run, said, home } = bench(t);
  writeLog(home, Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join(''));
  assert.equal(await run('logs', '-n', '12000'), 0);
  const lines = said.out.trimEnd().split('\n');
  assert.deepEqual([lines.length, lines[0], lines.at(-1)], [12_000, 'line 8000', 'line 19999']);
});

test('a short log whole, its last line unended', async (t) => {
  const { run, said, home } = bench(t);
  writeLog(home, 'a\nb\nc');
  await run('logs', '--lines', '2');
  assert.equal(said.out, 'b\nc');
});

test('following sees what is added, a split character and a rotation', async (t) => {
  const { context, said, home } = bench(t);
  const file = writeLog(home, 'first\n');
  const stop = new AbortController();
  const following = logs({ follow: true, lines: 10 }, context, stop.signal);
  const euro = Buffer.from('€\n');
  appendFileSync(file, euro.subarray(0, 1));
  await seen(() => said.out.includes('first'));
  await sleep(250);
  appendFileSync(file, euro.subarray(1));
  await seen(() => said.out.includes('€'));
  renameSync(file, `${file}.1`);
  writeFileSync(file, 'after the rotation\n');
  await seen(() => said.out.includes('after the rotation'));
  stop.abort();
  assert.equal(await following, 0);
  assert.equal(said.out, 'first\n€\nafter the rotation\n');
});

function writeLog(home: string, text: string): string {
  mkdirSync(join(home, 'logs'), { recursive: true });
  const file = join(home, 'logs', 'gateway.log');
  writeFileSync(file, text);
  return file;
}

async function seen(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; !condition(); await sleep(20)) {
    assert.ok(Date.now() < deadline, 'not seen in time');
  }
}
