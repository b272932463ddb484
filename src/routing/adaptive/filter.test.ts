import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FailureKind } from '../../ir/failure.ts';
import type { DispatchEvent } from '../dispatch/event.ts';
import { type Health, NO_HEALTH } from '../dispatch/health.ts';
import { observe } from '../dispatch/observe.ts';
import { type Beliefs, NO_BELIEFS } from './belief.ts';
import { after } from './evidence.ts';
import { follow } from './follow.ts';
import { type Outlook, outlookOf } from './outlook.ts';
import { type ByState, likeliest, normalised, type State } from './state.ts';
import { forward, USUAL } from './transition.ts';

const D = { provider: 'p', model: 'm' };
type Known = { readonly health: Health; readonly beliefs: Beliefs };
const NOTHING: Known = { health: NO_HEALTH, beliefs: NO_BELIEFS };

function told(known: Known, ...events: readonly DispatchEvent[]): Known {
  return events.reduce(
    ({ health, beliefs }, event) => ({ health: observe(health, event), beliefs: follow(beliefs, event, health) }),
    known,
  );
}

/** One call: a first token after so long and a reply of 100 tokens in five times that, or a failure. */
function call(known: Known, at: number, ttftMs: number, failure?: FailureKind, retryAfterMs?: number): Known {
  const id = String(at);
  const start: DispatchEvent = { type: 'attempt-start', ...D, id, inputTokens: 1_000, at };
  if (failure !== undefined) {
    const why = { kind: failure, message: '', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    const attempt = { ...D, slug: 's', startedAt: at, totalMs: ttftMs, failure: why };
    return told(known, start, { type: 'attempt-end', id, attempt, at: at + ttftMs });
  }
  const usage = { freshInput: 1_000, cacheRead: 0, cacheWrite: 0, output: 100, reasoning: 0 };
  const attempt = { ...D, slug: 's', startedAt: at, firstTokenMs: ttftMs, totalMs: ttftMs * 6, usage };
  return told(
    known,
    start,
    { type: 'attempt-first-token', ...D, id, at: at + ttftMs },
    { type: 'attempt-end', id, attempt, at: at + ttftMs * 6 },
  );
}

function outlook({ health, beliefs }: Known, now: number): Outlook {
  return outlookOf(beliefs.get('p/m'), health.get('p/m'), 500, now);
}

const stateOf = (known: Known, now: number): State => likeliest(outlook(known, now).now);

/** Twenty good calls, one every five seconds: the last ends before 100 s. */
const WELL = Array.from({ length: 20 }, (_, index) => index * 5_000).reduce(
  (known, at) => call(known, at, 400 + (at % 3) * 50),
  NOTHING,
);

const chances = fc
  .tuple(...([0, 1, 2, 3, 4] as const).map(() => fc.double({ min: 0, max: 1, noNaN: true })))
  .filter((all) => all.some((one) => one > 1e-6))
  .map(([a = 0, b = 0, c = 0, d = 0, e = 0]): ByState => normalised([a, b, c, d, e]));
const likelihood = fc
  .tuple(...([0, 1, 2, 3, 4] as const).map(() => fc.double({ min: 1e-9, max: 1, noNaN: true })))
  .map(([a = 1, b = 1, c = 1, d = 1, e = 1]): ByState => [a, b, c, d, e]);
const sum = (all: ByState): number => all.reduce((total, one) => total + one, 0);

test('law: time keeps the sum of the chances at one, and two spans are as one of both', () => {
  fc.assert(
    fc.property(chances, fc.nat({ max: 4_000_000 }), fc.nat({ max: 4_000_000 }), (start, one, other) => {
      const there = forward(forward(start, one), other);
      assert.ok(Math.abs(sum(there) - 1) < 1e-9);
      const atOnce = forward(start, one + other);
      for (const [index, chance] of there.entries()) assert.ok(Math.abs(chance - (atOnce[index] ?? 0)) < 1e-6);
      assert.ok(there.every((chance) => chance >= 0));
    }),
  );
});

test('law: evidence keeps the sum at one, and never makes the likeliest explanation less likely', () => {
  fc.assert(
    fc.property(chances, likelihood, fc.double({ min: 0, max: 1, noNaN: true }), (start, seen, weight) => {
      const believed = after(start, seen, weight);
      assert.ok(Math.abs(sum(believed) - 1) < 1e-9);
      const best = seen.indexOf(Math.max(...seen));
      assert.ok((believed[best] ?? 0) >= (start[best] ?? 0) - 1e-9);
    }),
  );
});

test('law: whatever happens, beliefs sum to one', () => {
  const kinds: readonly FailureKind[] = ['server-error', 'timeout', 'rate-limited', 'cut', 'protocol', 'cancelled'];
  const step = fc.record({
    gap: fc.nat({ max: 120_000 }),
    ttftMs: fc.integer({ min: 1, max: 60_000 }),
    failure: fc.option(fc.constantFrom(...kinds), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let known = NOTHING;
      let now = 0;
      for (const { gap, ttftMs, failure } of steps) {
        known = call(known, now + gap, ttftMs, failure);
        now += gap + ttftMs * 6;
        const { now: believed, soon, risk, confidence } = outlook(known, now);
        for (const one of [believed, soon]) assert.ok(Math.abs(sum(one) - 1) < 1e-9);
        for (const one of [risk, confidence]) assert.ok(one >= 0 && one <= 1);
      }
    }),
    { numRuns: 50 },
  );
});

test('of a deployment of which nothing was heard for an hour, what is usual is believed', () => {
  const failing: ByState = [0, 0, 0, 1, 0];
  for (const [index, chance] of forward(failing, 3_600_000).entries()) {
    assert.ok(Math.abs(chance - (USUAL[index] ?? 0)) < 1e-3);
  }
  assert.ok(forward(failing, 30_000)[3] > 0.4 && forward(failing, 300_000)[3] < 0.1);
});

test('each state is known by its signs', () => {
  assert.equal(stateOf(WELL, 100_000), 'healthy');
  const broken = [100_000, 100_500, 101_000].reduce((known, at) => call(known, at, 100, 'server-error'), WELL);
  assert.equal(stateOf(broken, 101_200), 'failing');
  const slow = [100_000, 120_000, 140_000].reduce((known, at) => call(known, at, 3_000), WELL);
  assert.equal(stateOf(slow, 158_000), 'overloaded');
  const refused = call(WELL, 100_000, 100, 'rate-limited', 20_000);
  assert.equal(stateOf(refused, 119_000), 'cooldown', 'it holds as long as it was told to');
  assert.equal(stateOf(refused, 300_000), 'healthy');
});

test('a deployment that comes back is warming before it is well', () => {
  const dead = Array.from({ length: 6 }, (_, index) => 100_000 + index * 2_000).reduce(
    (known, at) => call(known, at, 100, 'transport'),
    WELL,
  );
  const back = [130_000, 137_000, 144_000, 151_000].reduce((known, at) => call(known, at, 1_000), dead);
  assert.equal(stateOf(back, 157_500), 'warming');
  const well = [160_000, 165_000, 170_000, 175_000].reduce((known, at) => call(known, at, 430), back);
  assert.equal(stateOf(well, 178_000), 'healthy');
});

test('a call that is not answered speaks before it ends, the longer the more', () => {
  const waits = told(WELL, { type: 'attempt-start', ...D, id: 'w', inputTokens: 1_000, at: 100_000 });
  const after1 = outlook(waits, 100_500).confidence;
  const after4 = outlook(waits, 104_000).confidence;
  const after20 = outlook(waits, 120_000).confidence;
  assert.ok(after1 > 0.9 && after4 < after1 && after20 < after4, `${after1} ${after4} ${after20}`);
  assert.notEqual(stateOf(waits, 120_000), 'healthy');
});

test('a failure of the request or the client says nothing of the deployment', () => {
  for (const kind of ['invalid-request', 'cancelled', 'content-policy'] as const) {
    assert.equal(call(WELL, 100_000, 100, kind).beliefs, WELL.beliefs);
  }
});

test('a long stream that outlives a refusal does not lift it', () => {
  const start: DispatchEvent = { type: 'attempt-start', ...D, id: 'long', inputTokens: 1_000, at: 100_000 };
  const refused = call(told(WELL, start), 100_100, 100, 'rate-limited', 60_000);
  const heard = told(refused, { type: 'attempt-first-token', ...D, id: 'long', at: 100_500 });
  assert.equal(stateOf(heard, 130_000), 'cooldown');
});
