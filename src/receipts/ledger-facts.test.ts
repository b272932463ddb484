import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerEntry } from '../metering/ledger.ts';
import { ledgerFacts } from './ledger-facts.ts';

function entryOf(more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    requestId: 'r',
    caller: 'local',
    requestKind: 'turn',
    tags: ['compare-1'],
    protocol: 'openai-responses',
    route: 'coder',
    slug: 'coder',
    provider: 'work',
    model: 'coder-1',
    path: 'translated',
    startedAt: 1_000,
    firstTokenMs: 100,
    totalMs: 900,
    attempts: [{ provider: 'work', model: 'coder-1', slug: 'coder', startedAt: 1_000 }],
    why: [{ slug: 'coder', text: 'by name' }],
    usage: { freshInput: 10, cacheRead: 5, cacheWrite: 1, output: 4, reasoning: 2 },
    costNanoUsd: 7,
    priceSource: 'config',
    losses: [],
    toolCalls: { made: 2, malformed: 1, failedPatches: 0 },
    outcome: 'completed',
    status: 200,
    ...more,
  };
}

/** Without members that a failed request lacks. */
function without(entry: LedgerEntry, ...names: (keyof LedgerEntry)[]): LedgerEntry {
  return { ...entry, ...Object.fromEntries(names.map((name) => [name, undefined])) };
}

test('sums over the requests of a run, with who served and why', () => {
  const failure = { kind: 'overloaded', message: 'busy' } as const;
  const facts = ledgerFacts(
    [
      entryOf({
        startedAt: 3,
        slug: 'big',
        provider: 'other',
        model: 'big-1',
        firstTokenMs: 300,
        why: [{ text: 'escalated' }],
      }),
      entryOf({ startedAt: 1 }),
      entryOf({
        startedAt: 2,
        attempts: [{ provider: 'a', model: 'b', slug: 'c', startedAt: 2, failure }, ...entryOf().attempts],
      }),
      entryOf({ startedAt: 4, requestKind: 'compaction', priceSource: 'genai-prices:x/y' }),
    ],
    'table 1',
  );
  assert.deepEqual(facts, {
    requests: { made: 4, failed: 0, cancelled: 0, uncounted: 0, unpriced: 0 },
    attempts: { made: 5, failed: 1 },
    served: [
      { slug: 'coder', provider: 'work', model: 'coder-1', requests: 3 },
      { slug: 'big', provider: 'other', model: 'big-1', requests: 1 },
    ],
    reasons: [
      { slug: 'coder', text: 'by name', requests: 3 },
      { text: 'escalated', requests: 1 },
    ],
    tokens: { freshInput: 40, cacheRead: 20, cacheWrite: 4, output: 16, reasoning: 8 },
    costNanoUsd: 28,
    prices: { sources: ['config', 'genai-prices:x/y'], table: 'table 1' },
    turns: 3,
    toolCalls: { made: 8, malformed: 4, failedPatches: 0 },
    firstTokenMs: 100,
  });
});

test('a cost is whole or unknown', () => {
  const cut = without(entryOf({ outcome: 'cancelled' }), 'usage', 'costNanoUsd');
  const unpriced = without(entryOf(), 'costNanoUsd', 'priceSource');
  const refused = without(entryOf({ outcome: 'failed', failureKind: 'auth' }), 'usage', 'costNanoUsd', 'firstTokenMs');
  assert.equal(ledgerFacts([entryOf(), cut], '').costNanoUsd, undefined);
  assert.equal(ledgerFacts([entryOf(), cut], '').requests.uncounted, 1);
  assert.equal(ledgerFacts([entryOf(), unpriced], '').costNanoUsd, undefined);
  assert.equal(ledgerFacts([entryOf(), unpriced], '').requests.unpriced, 1);
  assert.equal(ledgerFacts([], '').costNanoUsd, undefined);
  // What no model began to answer cost nothing.
  assert.equal(ledgerFacts([entryOf(), { ...refused, startedAt: 2_000 }], '').costNanoUsd, 7);
  assert.equal(ledgerFacts([entryOf(), { ...refused, startedAt: 2_000 }], '').failureKind, 'auth');
});
