import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SpentBefore } from '../policy/admission.ts';
import { openLedger } from '../storage/ledger-writer.ts';
import { readSpending } from '../storage/spending.ts';
import { entryOf } from '../storage/testing/entries.ts';
import { spendingBefore } from './spending-before.ts';

test('calls that a replaced gateway ends late count, once, and those of this gateway do not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-spending-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const file = join(folder, 'plugboard.db');
  const write = async (...entries: readonly (readonly [startedAt: number, costNanoUsd: number])[]): Promise<void> => {
    const opened = openLedger(file, { trouble: () => {} });
    assert.ok(opened.ok);
    for (const [startedAt, costNanoUsd] of entries) {
      opened.ledger.record(entryOf({ startedAt, costNanoUsd, sessionId: 's' }));
    }
    await opened.ledger.close();
  };
  const told: (readonly [string, SpentBefore])[] = [];
  const before = spendingBefore({
    read: (after) => readSpending(file, 0, 1_000, after),
    learn: (spent) => told.push(['at once', spent]),
    learnLate: (spent) => told.push(['late', spent]),
    lateAfterMs: 300,
  });
  t.after(before.close);
  await write([100, 5]);
  await Promise.all([before.learned(), before.learned()]);
  await write([900, 7], [1_100, 11]);
  for (let tries = 0; told.length < 2 && tries < 100; tries += 1) await sleep(20);
  await before.learned();
  await sleep(350);
  assert.deepEqual(
    told.map(([when, spent]) => [when, spent.state === 'known' ? [spent.month, spent.sessions.get('s')] : undefined]),
    [
      ['at once', [5, 5]],
      ['late', [7, 7]],
    ],
  );
});

test('what cannot be read is read again when the next one asks', async (t) => {
  const states: string[] = [];
  let broken = true;
  const before = spendingBefore({
    read: async () =>
      broken
        ? { state: 'unknown', problem: 'it is locked' }
        : { state: 'known', month: 0, sessions: new Map(), lastRow: 0 },
    learn: ({ state }) => states.push(state),
    learnLate: () => {},
  });
  t.after(before.close);
  await before.learned();
  broken = false;
  await before.learned();
  await before.learned();
  assert.deepEqual(states, ['unknown', 'known']);
});
