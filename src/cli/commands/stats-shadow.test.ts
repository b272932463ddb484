import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LedgerEntry } from '../../metering/ledger.ts';
import { openLedger } from '../../storage/ledger-writer.ts';
import { bench, type TestBench } from '../testing/context.ts';

/** Odd requests were drawn for a slow deployment, which following would have left. */
function entry(index: number): LedgerEntry {
  const bad = index % 2 === 1;
  const slow = { provider: 'p', slug: 'slow', ttftMs: 2_000, errors: 0.1 };
  const quick = { provider: 'p', slug: 'quick', ttftMs: 500, errors: 0 };
  return {
    requestId: `r${index}`,
    sessionId: `s${index % 31}`,
    caller: 'local',
    tags: [],
    protocol: 'openai-responses',
    route: 'r',
    path: 'translated',
    startedAt: index,
    firstTokenMs: (bad ? 2_000 : 500) + (index % 7),
    totalMs: 3_000,
    attempts: [],
    why: [],
    costNanoUsd: 2_000_000,
    adaptive: {
      baseline: bad ? slow : quick,
      suggested: quick,
      wouldSwitch: bad,
      applied: false,
      costGuardBlocked: false,
      arm: 'shadow',
      health: { slow: 'overloaded', quick: 'healthy' },
      chance: 0.5,
      following: bad ? 0 : 1,
    },
    losses: [],
    outcome: 'completed',
    status: 200,
  };
}

async function withRequests(made: TestBench, count: number): Promise<TestBench> {
  mkdirSync(made.home);
  const opened = openLedger(join(made.home, 'plugboard.db'), { trouble: ({ message }) => assert.fail(message) });
  assert.ok(opened.ok);
  for (let index = 0; index < count; index += 1) opened.ledger.record(entry(index));
  await opened.ledger.close();
  return made;
}

test('an empty ledger: how to begin', async (t) => {
  const { run, said } = bench(t);
  assert.equal(await run('stats', '--shadow'), 0);
  assert.match(said.err, /adaptive_router\.enabled to true/);
  assert.equal(await run('stats', '--shadow', '--by', 'model'), 2);
});

test('what following would have changed, with its interval', async (t) => {
  const { run, said } = await withRequests(bench(t), 300);
  assert.equal(await run('stats', '--shadow'), 0);
  assert.match(said.out, /^300 requests: it would have switched 150 \(50\.0 %\), was followed in 0,/);
  assert.match(said.out, /time to first token {2}-7\d\d ms \[-\d+, -\d+\]\n/);
  assert.match(said.out, /errors {15}0\.00 points \[0\.00, 0\.00\] {3}\(may be none\)/);
  said.out = '';
  assert.equal(await run('stats', '--shadow', '--json'), 0);
  const told = JSON.parse(said.out);
  assert.equal(told.followed.enough, true);
  assert.ok(told.followed.ttftMs.high < -600);
});

test('of too few requests it says so', async (t) => {
  const { run, said } = await withRequests(bench(t), 30);
  assert.equal(await run('stats', '--shadow'), 0);
  assert.match(said.out, /Not enough data: it would have switched 15 times/);
});
