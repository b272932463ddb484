import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLedger } from './ledger-writer.ts';
import { readSpending } from './spending.ts';
import { entryOf } from './testing/entries.ts';

test('sums of a month and of each session, without what is unpriced or came later', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-spending-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const file = join(folder, 'plugboard.db');
  assert.deepEqual(await readSpending(file, 0, 1_000), { state: 'known', month: 0, sessions: new Map(), lastRow: 0 });
  const opened = openLedger(file, { trouble: () => {} });
  assert.ok(opened.ok);
  for (const [sessionId, startedAt, costNanoUsd] of [
    ['a', 100, 5],
    ['a', 600, 7],
    ['b', 700, 11],
    [undefined, 800, 13],
    ['b', 900, undefined],
    ['b', 1_000, 17],
  ] as const) {
    opened.ledger.record(
      entryOf({
        startedAt,
        ...(sessionId === undefined ? {} : { sessionId }),
        ...(costNanoUsd === undefined ? {} : { costNanoUsd }),
      }),
    );
  }
  await opened.ledger.close();
  assert.deepEqual(await readSpending(file, 500, 1_000), {
    state: 'known',
    month: 31,
    sessions: new Map([
      ['', 13],
      ['a', 12],
      ['b', 11],
    ]),
    lastRow: 6,
  });
  assert.deepEqual(await readSpending(file, 500, 1_000, 2), {
    state: 'known',
    month: 24,
    sessions: new Map([
      ['', 13],
      ['b', 11],
    ]),
    lastRow: 6,
  });
  const broken = join(folder, 'broken.db');
  writeFileSync(broken, 'no database');
  assert.equal((await readSpending(broken, 0, 1)).state, 'unknown');
});
