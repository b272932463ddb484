import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testModel, testProvider } from '../../providers/testing/provider.ts';
import type { Health } from '../dispatch/health.ts';
import { NO_HEALTH } from '../dispatch/health.ts';
import { observe } from '../dispatch/observe.ts';
import type { RoutePlan } from '../plan.ts';
import { planRoute } from '../plan-route.ts';
import type { Route } from '../route.ts';
import { testQuery, testView } from '../testing/view.ts';

const MODELS = ['a', 'b', 'c'].map((slug) => testModel(slug, testProvider()));
const ROUTE: Route = { slug: 'r', strategy: 'fastest', targets: ['a', 'b', 'c'] };
const NOW = 1_000_000_000;

type Past = {
  readonly slug: string;
  readonly ttftMs: number;
  readonly output?: number;
  readonly totalMs?: number;
  readonly failed?: true;
};

function healthOf(past: readonly Past[], at = NOW): Health {
  let health = NO_HEALTH;
  for (const { slug, ttftMs, output = 100, totalMs = ttftMs + 1_000, failed } of past) {
    const attempt = {
      provider: 'somewhere',
      model: slug,
      slug,
      startedAt: at - totalMs,
      totalMs,
      ...(failed === undefined
        ? { firstTokenMs: ttftMs, usage: { freshInput: 10, cacheRead: 0, cacheWrite: 0, output, reasoning: 0 } }
        : { failure: { kind: 'server-error' as const, message: 'broke' } }),
    };
    health = observe(health, { type: 'attempt-end', attempt, at });
  }
  return health;
}

function plan(health: Health, more: { draw?: number; now?: number; outputTokens?: number } = {}): RoutePlan {
  const { draw = 0.5, now = NOW, outputTokens = 200 } = more;
  const planned = planRoute(testQuery('r', { outputTokens }), testView(MODELS, [ROUTE], { health, draw, now }));
  assert.ok(planned.ok);
  return planned.plan;
}
const order = (made: RoutePlan): string => made.targets.map(({ model }) => model.slug).join('');

test('the whole reply counts: the first token, then the speed', () => {
  const health = healthOf([
    { slug: 'a', ttftMs: 200, output: 20, totalMs: 1_200 },
    { slug: 'b', ttftMs: 900, output: 200, totalMs: 1_900 },
    { slug: 'c', ttftMs: 5_000, output: 200, totalMs: 6_000 },
  ]);
  assert.equal(order(plan(health, { outputTokens: 10 })), 'abc');
  const long = plan(health, { outputTokens: 400 });
  assert.equal(order(long), 'bca');
  assert.match(
    long.why.find(({ slug, score }) => slug === 'b' && score !== undefined)?.text ?? '',
    /^About 2\.9 s for 400 tokens: first token after 900 ms, 200 tokens\/s, 0 % failing\.$/,
  );
});

test('what was never tried is tried first, and not by every call at once', () => {
  const health = healthOf([
    { slug: 'a', ttftMs: 200 },
    { slug: 'c', ttftMs: 100 },
  ]);
  assert.equal(order(plan(health)), 'bca');
  const tried = observe(health, { type: 'attempt-start', id: '1', provider: 'somewhere', model: 'b', at: NOW });
  assert.equal(order(plan(tried)), 'cab');
  assert.equal(order(plan(NO_HEALTH)), 'abc');
});

test('one that fails is slower by the attempts that it costs', () => {
  const health = healthOf([
    { slug: 'a', ttftMs: 100 },
    ...Array.from({ length: 2 }, () => ({ slug: 'a', ttftMs: 100, failed: true }) as const),
    { slug: 'b', ttftMs: 300 },
    { slug: 'c', ttftMs: 9_000 },
  ]);
  assert.equal(order(plan(health)), 'bac');
});

test('what was not tried for long gets one call in twenty', () => {
  const old = healthOf([
    { slug: 'a', ttftMs: 100 },
    { slug: 'b', ttftMs: 200 },
    { slug: 'c', ttftMs: 9_000 },
  ]);
  const later = NOW + 11 * 60_000;
  let health = old;
  for (const slug of ['a', 'b']) {
    const attempt = {
      provider: 'somewhere',
      model: slug,
      slug,
      startedAt: later - 300,
      firstTokenMs: 100,
      totalMs: 300,
    };
    health = observe(health, { type: 'attempt-end', attempt, at: later });
  }
  assert.equal(order(plan(health, { now: later }))[2], 'c');
  assert.equal(order(plan(health, { now: later, draw: 0.01 }))[0], 'c');
  assert.equal(order(plan(old, { draw: 0.01 }))[2], 'c', 'all were tried a moment ago');
});

test('law: every target is in the order once, whatever is known', () => {
  const past = fc.array(
    fc.record({
      slug: fc.constantFrom('a', 'b', 'c'),
      ttftMs: fc.nat({ max: 60_000 }),
      output: fc.nat({ max: 5_000 }),
    }),
  );
  fc.assert(
    fc.property(past, fc.double({ min: 0, max: 0.99, noNaN: true }), (all, draw) => {
      const made = plan(healthOf(all), { draw });
      assert.deepEqual([...order(made)].toSorted(), ['a', 'b', 'c']);
      assert.deepEqual(plan(healthOf(all), { draw }), made);
    }),
  );
});
