import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Attempt } from '../ir/attempt.ts';
import type { FailureKind } from '../ir/failure.ts';
import type { LedgerEntry, StatsQuery, StatsRow } from '../metering/ledger.ts';
import { openLedgerReader } from './ledger-reader.ts';
import { openLedger } from './ledger-writer.ts';
import { entryOf } from './testing/entries.ts';

async function stats(t: TestContext, entries: readonly LedgerEntry[], query: StatsQuery): Promise<readonly StatsRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-stats-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'plugboard.db');
  const writer = openLedger(file, { trouble: (problem) => assert.fail(problem.message) });
  assert.ok(writer.ok);
  for (const entry of entries) writer.ledger.record(entry);
  await writer.ledger.close();
  const reader = openLedgerReader(file);
  assert.ok(reader.ok);
  try {
    return await reader.reader.stats(query);
  } finally {
    await reader.reader.close();
  }
}

const toolCalls = { made: 2, malformed: 1, failedPatches: 0 };
const usage = { freshInput: 100, cacheRead: 10, cacheWrite: 1, output: 20, reasoning: 5 };

test('sums, rates, percentiles and cost of a group', async (t) => {
  const entries: LedgerEntry[] = [
    ...[10, 20, 30, 40].map((at) =>
      entryOf({ startedAt: at, firstTokenMs: at, totalMs: at * 10, usage, costNanoUsd: 1_000, toolCalls }),
    ),
    entryOf({
      startedAt: 50,
      outcome: 'incomplete',
      totalMs: 1_000,
      firstTokenMs: 5,
      usage,
      cacheBreak: { cause: 'evicted', of: 9, lostTokens: 7, lostNanoUsd: 70 },
    }),
    entryOf({ startedAt: 60, outcome: 'failed', totalMs: 99_999, failureKind: 'timeout', status: 504 }),
    entryOf({ startedAt: 65, outcome: 'failed', cacheBreak: { cause: 'unknown', lostTokens: 3 } }),
    entryOf({
      startedAt: 70,
      outcome: 'cancelled',
      totalMs: 99_999,
      cacheBreak: { cause: 'moved', from: 'a/b', why: 'gone', lostTokens: 0 },
    }),
  ].map((entry) => {
    if (entry.outcome !== 'failed' && entry.outcome !== 'cancelled') return entry;
    const { firstTokenMs: _, ...withoutFirstToken } = entry;
    return withoutFirstToken;
  });
  assert.deepEqual(await stats(t, entries, { by: 'slug' }), [
    {
      key: 'coder',
      requests: 8,
      outcomes: { completed: 4, incomplete: 1, failed: 2, cancelled: 1, refused: 0 },
      errorRate: 2 / 7,
      firstTokenP50Ms: 20,
      totalP95Ms: 1_000,
      usage: { freshInput: 500, cacheRead: 50, cacheWrite: 5, output: 100, reasoning: 25 },
      costNanoUsd: 4_000,
      priced: 4,
      unpriced: 1,
      costPer1000Nano: 1_000_000,
      toolCalls: { made: 8, malformed: 4, failedPatches: 0 },
      attempts: { made: 0, failed: 0 },
      cacheBreaks: { requests: 2, lostTokens: 10, lostNanoUsd: 70 },
      firstAt: 10,
      lastAt: 70,
    },
  ]);
});

test('groups by what is asked, the busiest first; what reached no target has an empty name', async (t) => {
  const { slug: _, provider: __, model: ___, ...unreached } = entryOf({ route: 'nowhere', outcome: 'failed' });
  const entries = [
    entryOf({ route: 'main', provider: 'a', slug: 'x' }),
    entryOf({ route: 'main', provider: 'b', slug: 'y' }),
    entryOf({ route: 'y', provider: 'b', slug: 'y' }),
    unreached,
  ];
  const keys = async (by: StatsQuery['by']): Promise<readonly (readonly [string, number])[]> =>
    (await stats(t, entries, { by })).map((row) => [row.key, row.requests] as const);
  assert.deepEqual(await keys('provider'), [
    ['b', 2],
    ['', 1],
    ['a', 1],
  ]);
  assert.deepEqual(await keys('route'), [
    ['main', 2],
    ['nowhere', 1],
    ['y', 1],
  ]);
  assert.deepEqual(await keys('slug'), [
    ['y', 2],
    ['', 1],
    ['x', 1],
  ]);
  assert.deepEqual(await keys('all'), [['all', 4]]);
});

test('only what lies in the time asked for counts', async (t) => {
  const entries = [1, 2, 3].map((at) => entryOf({ startedAt: at, firstTokenMs: at, totalMs: at }));
  const [row] = await stats(t, entries, { by: 'all', since: 2, until: 3 });
  assert.equal(row?.requests, 1);
  assert.equal(row?.firstTokenP50Ms, 2);
  assert.equal(row?.totalP95Ms, 2);
  assert.deepEqual(await stats(t, entries, { by: 'all', since: 9 }), []);
});

test('the 95th percentile is the nearest rank', async (t) => {
  const entries = Array.from({ length: 100 }, (_, index) => entryOf({ totalMs: index + 1, firstTokenMs: index + 1 }));
  const [row] = await stats(t, entries, { by: 'all' });
  assert.equal(row?.totalP95Ms, 95);
  assert.equal(row?.firstTokenP50Ms, 50);
});

test('an attempt counts for the model that was tried, a cancelled one for none, and quality is what came of all', async (t) => {
  const tried = (slug: string, kind?: FailureKind): Attempt => ({
    provider: `at-${slug}`,
    model: `m-${slug}`,
    slug,
    startedAt: 1,
    ...(kind === undefined ? {} : { failure: { kind, message: 'no' } }),
  });
  const entries = [
    entryOf({
      slug: 'b',
      route: 'r',
      attempts: [tried('a', 'overloaded'), tried('b')],
      toolCalls: { made: 4, malformed: 1, failedPatches: 0 },
    }),
    entryOf({ slug: 'a', route: 'r', attempts: [tried('a')] }),
    entryOf({ slug: 'a', route: 'r', outcome: 'cancelled', attempts: [tried('a', 'cancelled')] }),
  ];
  const bySlug = Object.fromEntries((await stats(t, entries, { by: 'slug' })).map((row) => [row.key, row]));
  assert.deepEqual([bySlug['a']?.attempts, bySlug['a']?.quality], [{ made: 2, failed: 1 }, 0.5]);
  assert.deepEqual([bySlug['b']?.attempts, bySlug['b']?.quality], [{ made: 1, failed: 0 }, 0.75]);
  const [all] = await stats(t, entries, { by: 'all' });
  assert.deepEqual(all?.attempts, { made: 3, failed: 1 });
  assert.ok(Math.abs((all?.quality ?? 0) - (2 / 3) * 0.75) < 1e-12);
  const [route] = await stats(t, entries, { by: 'route' });
  assert.deepEqual([route?.key, route?.attempts], ['r', { made: 3, failed: 1 }]);
  const later = await stats(t, entries, { by: 'all', since: 1e15 });
  assert.deepEqual(later, []);
});
