import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Attempt } from '../../ir/attempt.ts';
import type { FailureKind } from '../../ir/failure.ts';
import { breakerState } from './breaker.ts';
import type { DispatchEvent } from './event.ts';
import { figuresOf } from './figures.ts';
import { type DeploymentHealth, type Health, NO_HEALTH } from './health.ts';
import { forgotten, observe } from './observe.ts';

const AT = { provider: 'p', model: 'm' };

function attempt(startedAt: number, more: Partial<Attempt> = {}): Attempt {
  return { ...AT, slug: 's', startedAt, ...more };
}

function failing(kind: FailureKind, startedAt: number, more: Partial<Attempt> = {}): Attempt {
  return attempt(startedAt, { failure: { kind, message: '' }, ...more });
}

function after(events: readonly DispatchEvent[], before: Health = NO_HEALTH): DeploymentHealth {
  const known = events.reduce(observe, before).get('p/m');
  assert.ok(known);
  return known;
}

const end = (one: Attempt, at: number, id?: string): DispatchEvent => ({
  type: 'attempt-end',
  attempt: one,
  at,
  ...(id === undefined ? {} : { id }),
});
const usage = { freshInput: 100, cacheRead: 0, cacheWrite: 0, output: 50, reasoning: 0 };

test('a streamed reply tells of its first token when it comes, and of its speed when it ends', () => {
  const started = after([{ type: 'attempt-start', ...AT, id: '1', at: 0, inputTokens: 80 }]);
  assert.equal(figuresOf(started, 0).inFlight, 1);
  const begun = after([{ type: 'attempt-first-token', ...AT, id: '1', at: 400 }], new Map([['p/m', started]]));
  assert.equal(figuresOf(begun, 400).ttftMs, 400);
  const done = attempt(0, { firstTokenMs: 401, totalMs: 1_401, usage, costNanoUsd: 7 });
  const ended = figuresOf(after([end(done, 1_401, '1')], new Map([['p/m', begun]])), 1_401);
  assert.deepEqual(
    { ...ended, tokensPerMinute: Math.round(ended.tokensPerMinute) },
    {
      ...AT,
      ttftMs: 400,
      latencyMs: 1_401,
      tokensPerSecond: 50,
      queueDepth: 0,
      inFlight: 0,
      errorRate: 0,
      costNanoUsd: 7,
      tokensPerMinute: 148,
      tokenPressure: null,
      breaker: 'closed',
    },
  );
});

test("a unary reply's time to first token is its total latency, and its speed counts all of it", () => {
  const figures = figuresOf(after([end(attempt(0, { totalMs: 2_000, usage }), 2_000)]), 2_000);
  assert.equal(figures.ttftMs, 2_000);
  assert.equal(figures.tokensPerSecond, 25);
});

test('what is known fades, and the recent counts more', () => {
  const known = after([end(attempt(0, { totalMs: 100 }), 0), end(attempt(120_000, { totalMs: 500 }), 120_000)]);
  // Two half-lives: the older sample is worth a quarter.
  assert.ok(Math.abs((figuresOf(known, 120_000).ttftMs ?? 0) - (100 * 0.25 + 500) / 1.25) < 1e-9);
  assert.equal(figuresOf(known, 3_600_000).ttftMs, null);
});

test('a request that is at fault itself, or a client that left, says nothing against the deployment', () => {
  for (const kind of ['invalid-request', 'context-overflow', 'content-policy', 'cancelled'] as const) {
    const known = after([end(failing(kind, 0), 5)]);
    assert.equal(figuresOf(known, 5).errorRate, null, kind);
    assert.equal(known.keys.size, 0);
  }
});

test('a success lifts a limit that was told before it began, and no other', () => {
  const limited = after([end(failing('rate-limited', 0, { credentialId: 'k' }), 10)]);
  assert.equal(limited.keys.get('k')?.kind, 'rate-limited');
  const old = after([end(attempt(5, { credentialId: 'k' }), 20)], new Map([['p/m', limited]]));
  assert.equal(old.keys.size, 1);
  const fresh = after([end(attempt(15, { credentialId: 'k' }), 20)], new Map([['p/m', limited]]));
  assert.equal(fresh.keys.size, 0);
});

test('five failures in a row open the breaker; later one probe closes it, or opens it for longer', () => {
  const broken = after(Array.from({ length: 5 }, (_, index) => end(failing('server-error', index), index)));
  const state = (known: DeploymentHealth, now: number): string => breakerState(known.breaker, known.flights, now);
  assert.equal(state(broken, 100), 'open');
  const at = (broken.breaker.openedAt ?? 0) + broken.breaker.openMs;
  assert.equal(state(broken, at), 'half-open');
  const before: Health = new Map([['p/m', broken]]);
  const probing = after([{ type: 'attempt-start', ...AT, id: 'x', at }], before);
  assert.equal(state(probing, at), 'probing');
  const again = after([end(failing('timeout', at), at + 1, 'x')], new Map([['p/m', probing]]));
  assert.equal(state(again, at + 2), 'open');
  assert.ok(again.breaker.openMs > broken.breaker.openMs);
  assert.equal(state(after([end(attempt(at), at + 1, 'x')], new Map([['p/m', probing]])), at + 2), 'closed');
  assert.equal(state(after([end(attempt(0), at + 1)], before), at + 2), 'half-open', 'began before it opened');
});

test('a queue is averaged over time', () => {
  const known = after([
    { type: 'queued', ...AT, at: 0 },
    { type: 'queued', ...AT, at: 0 },
    { type: 'unqueued', ...AT, at: 30_000 },
  ]);
  assert.equal(known.queue.level, 1);
  assert.equal(figuresOf(known, 30_000).queueDepth, 1);
});

test('what is forgotten is not what is under way', () => {
  const events: readonly DispatchEvent[] = [
    end(failing('auth', 0), 0),
    { type: 'attempt-start', ...AT, id: '1', at: 1 },
    { type: 'attempt-start', provider: 'q', model: 'm', id: '2', at: 1 },
    end({ ...attempt(1), provider: 'q' }, 2, '2'),
  ];
  const left = forgotten(events.reduce(observe, NO_HEALTH));
  assert.deepEqual([...left.keys()], ['p/m']);
  assert.equal(left.get('p/m')?.keys.size, 0);
  assert.equal(left.get('p/m')?.flights.length, 1);
});

test('law: whatever happens, as many are in flight as have started and not ended, and earlier values stay as they were', () => {
  const step = fc.record({
    id: fc.constantFrom('1', '2', '3'),
    kind: fc.constantFrom<FailureKind | 'ok' | 'start' | 'first'>('start', 'first', 'ok', 'rate-limited', 'cut'),
    wait: fc.nat({ max: 100_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let health = NO_HEALTH;
      let now = 0;
      const flying = new Map<string, number>();
      for (const { id, kind, wait } of steps) {
        now += wait;
        const before = JSON.stringify([...health]);
        const kept = health;
        const startedAt = flying.get(id);
        if (kind === 'start') {
          if (startedAt !== undefined) continue;
          flying.set(id, now);
          health = observe(health, { type: 'attempt-start', ...AT, id, at: now });
        } else if (kind === 'first') {
          health = observe(health, { type: 'attempt-first-token', ...AT, id, at: now });
        } else {
          const begun = startedAt ?? now;
          flying.delete(id);
          health = observe(health, end(kind === 'ok' ? attempt(begun) : failing(kind, begun), now, id));
        }
        assert.equal(JSON.stringify([...kept]), before);
        const known = health.get('p/m');
        assert.equal(known?.flights.length ?? 0, flying.size);
        const rate = known === undefined ? 0 : (figuresOf(known, now).errorRate ?? 0);
        assert.ok(rate >= 0 && rate <= 1);
      }
    }),
  );
});

test('a table of deployments that clients name does not grow without end', () => {
  let health = NO_HEALTH;
  for (let index = 0; index < 600; index += 1) {
    health = observe(health, end({ ...attempt(index), model: `m${index}` }, index));
  }
  assert.equal(health.size, 500);
  assert.ok(health.has('p/m599') && !health.has('p/m0'));
});
