import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { withLock } from './lock.ts';

test('one at a time', async (t) => {
  const file = lockFile(t);
  const inside: number[] = [];
  let now = 0;
  await Promise.all(
    [1, 2, 3].map(() =>
      withLock(file, 5_000, async () => {
        inside.push(++now);
        await sleep(20);
        now--;
      }),
    ),
  );
  assert.deepEqual(inside, [1, 1, 1]);
});

test('a lock that stays taken is an error within its bound', async (t) => {
  const file = lockFile(t);
  await withLock(file, 1_000, async () => {
    await assert.rejects(
      withLock(file, 60, async () => {}),
      /another process holds/,
    );
  });
});

test('work that fails gives the lock back', async (t) => {
  const file = lockFile(t);
  await assert.rejects(
    withLock(file, 1_000, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await withLock(file, 60, async () => 'free'), 'free');
});

test('a holder that was killed holds nothing', async (t) => {
  const file = lockFile(t);
  const module = pathToFileURL(join(import.meta.dirname, 'lock.ts')).href;
  const script = `import { withLock } from '${module}';
    setInterval(() => {}, 1000);
    await withLock(${JSON.stringify(file)}, 1000, () => { process.stdout.write('held'); return new Promise(() => {}); });`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(holder.stdout, 'data');
  await assert.rejects(
    withLock(file, 60, async () => {}),
    /another process/,
  );
  holder.kill('SIGKILL');
  assert.equal(await withLock(file, 2_000, async () => 'free'), 'free');
});

function lockFile(t: { after: (fn: () => void) => void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-lock-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return join(folder, 'run', 'start.lock');
}
