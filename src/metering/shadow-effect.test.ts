import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdaptiveDecision } from '../routing/adaptive/decision.ts';
import { seededRandom } from '../statistics/random.ts';
import type { LedgerEntry } from './ledger.ts';
import { shadowEffect } from './shadow-effect.ts';

const CHOICE = { provider: 'p', slug: 's', ttftMs: 1, errors: 0 };

function entry(
  index: number,
  sessions: number,
  more: Partial<AdaptiveDecision>,
  outcome: 'completed' | 'failed',
  firstTokenMs: number,
): LedgerEntry {
  const adaptive = {
    baseline: CHOICE,
    suggested: CHOICE,
    wouldSwitch: false,
    applied: false,
    costGuardBlocked: false,
    arm: 'shadow' as const,
    health: {},
    chance: 1,
    following: 1,
    ...more,
  };
  return {
    requestId: `r${index}`,
    sessionId: `s${index % sessions}`,
    caller: 'local',
    tags: [],
    protocol: 'openai-responses',
    route: 'r',
    path: 'translated',
    startedAt: index,
    firstTokenMs,
    totalMs: 2 * firstTokenMs,
    attempts: [],
    why: [],
    costNanoUsd: 1_000,
    losses: [],
    adaptive,
    outcome,
    status: 200,
  };
}

/** One of two is drawn, a with 0.7: it fails in half of its calls and takes 2 s; b takes 1 s. Followed, b always serves. */
function world(count: number): readonly LedgerEntry[] {
  const random = seededRandom(5);
  return Array.from({ length: count }, (_, index) =>
    random() < 0.7
      ? entry(
          index,
          100,
          { wouldSwitch: true, chance: 0.7, following: 0 },
          random() < 0.5 ? 'failed' : 'completed',
          2_000 + 100 * random(),
        )
      : entry(index, 100, { chance: 0.3, following: 1 }, 'completed', 1_000 + 100 * random()),
  );
}

test('what following would have changed is found within its interval, from the draws alone', () => {
  const { followed, wouldSwitch } = shadowEffect(world(2_000), seededRandom(1));
  assert.ok(followed.enough);
  assert.ok(wouldSwitch > 1_200);
  // The mean of the draws is 1.75 s and 35 % failures; of b alone 1.05 s and none.
  assert.ok(Math.abs(followed.ttftMs.value + 700) < 60, String(followed.ttftMs.value));
  assert.ok(followed.ttftMs.low < -700 + 60 && followed.ttftMs.high < -600);
  assert.ok(Math.abs(followed.errors.value + 0.35) < 0.05 && followed.errors.high < 0);
  assert.equal(followed.costNanoUsd.value, 0);
});

test('where nothing would change, the effect is none', () => {
  const { followed } = shadowEffect(
    Array.from({ length: 200 }, (_, index) => entry(index, 50, { wouldSwitch: true }, 'completed', 1_000 + index)),
    seededRandom(1),
  );
  assert.ok(followed.enough);
  assert.ok(Math.abs(followed.ttftMs.value) < 1e-9 && Math.abs(followed.errors.value) < 1e-9);
});

test('too little is said to be too little', () => {
  const why = (entries: readonly LedgerEntry[]): string => {
    const { followed } = shadowEffect(entries, seededRandom(1));
    return followed.enough ? '' : followed.why;
  };
  assert.match(why([]), /switched 0 times/);
  const never = { wouldSwitch: true, chance: 0.99, following: 0 };
  assert.match(why(world(2_000).map((_, index) => entry(index, 50, never, 'completed', 1))), /hardly ever drawn/);
  assert.match(
    why(Array.from({ length: 200 }, (_, index) => entry(index, 3, { wouldSwitch: true }, 'completed', 1))),
    /3 sessions/,
  );
});

test('the arms of a canary are compared by their sessions', () => {
  const entries = Array.from({ length: 400 }, (_, index) => {
    const arm = index % 40 < 20 ? ('canary' as const) : ('control' as const);
    return entry(index, 80, { arm, applied: arm === 'canary' }, 'completed', arm === 'canary' ? 900 : 1_000);
  });
  const { canary, applied } = shadowEffect(entries, seededRandom(1));
  assert.equal(applied, 200);
  assert.ok(canary?.enough === true);
  assert.ok(Math.abs(canary.ttftMs.value + 100) < 1e-6);
  const few = shadowEffect(entries.slice(0, 30), seededRandom(1)).canary;
  assert.ok(few?.enough === false && /smaller arm/.test(few.why));
});
