import assert from 'node:assert/strict';
import { closeSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { bench } from '../testing/context.ts';
import { logFile, openLog } from './log-file.ts';

test('a log is appended to, and its owner’s alone', (t) => {
  const { home } = bench(t);
  for (const text of ['a', 'b']) write(home, text);
  assert.equal(readFileSync(logFile(home), 'utf8'), 'ab');
  if (process.platform !== 'win32') assert.equal(statSync(logFile(home)).mode & 0o777, 0o600);
});

test('a log that has grown too long makes room, and three old ones are kept', (t) => {
  const { home } = bench(t);
  const file = logFile(home);
  for (const name of ['1', '2', '3', '4', '5']) {
    write(home, name);
    truncateSync(file, 10 * 1024 * 1024 + 1);
  }
  write(home, 'new');
  assert.equal(readFileSync(file, 'utf8'), 'new');
  assert.deepEqual(
    [1, 2, 3, 4].map((index) => existsSync(`${file}.${index}`)),
    [true, true, true, false],
  );
  assert.equal(readFileSync(`${file}.1`, 'utf8')[0], '5');
  writeFileSync(file, '');
});

function write(home: string, text: string): void {
  const descriptor = openLog(home);
  writeSync(descriptor, text);
  closeSync(descriptor);
}
