import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Failure, FailureKind } from '../../ir/failure.ts';
import type { RateWindow } from '../../ir/rate-window.ts';
import { type Model, Secret } from '../../providers/provider.ts';
import { testModel, testProvider } from '../../providers/testing/provider.ts';
import { planRoute } from '../plan-route.ts';
import type { Route } from '../route.ts';
import { testQuery, testView } from '../testing/view.ts';
import type { DispatchEvent } from './event.ts';
import { atCapacity, keyLimitOf, limitOf } from './hard-limits.ts';
import { type Health, NO_HEALTH } from './health.ts';
import { observe } from './observe.ts';
import { windowPressure } from './rate-windows.ts';
import { DEFAULT_DISPATCH } from './settings.ts';

const MINUTE = 60_000;

function at(id: string, keys: readonly string[] = [], concurrency?: number): Model {
  const credentials = keys.map((key) => ({ id: key, secret: new Secret(key) }));
  return testModel(
    id,
    testProvider({ id: `at-${id}`, credentials, ...(concurrency === undefined ? {} : { concurrency }) }),
  );
}

type Told = { readonly key?: string; readonly startedAt?: number; readonly windows?: readonly RateWindow[] };

function end(model: Model, failure: Partial<Failure> | undefined, now: number, told: Told = {}): DispatchEvent {
  const { key, startedAt = now, windows } = told;
  return {
    type: 'attempt-end',
    at: now,
    attempt: {
      provider: model.provider.id,
      model: model.upstreamId,
      slug: model.slug,
      startedAt,
      ...(key === undefined ? {} : { credentialId: key }),
      ...(windows === undefined ? {} : { windows }),
      ...(failure === undefined ? {} : { failure: { kind: 'server-error', message: '', ...failure } }),
    },
  };
}

const after = (...events: readonly DispatchEvent[]): Health => events.reduce(observe, NO_HEALTH);
const situation = (health: Health, now: number) => ({ health, now, dispatch: DEFAULT_DISPATCH });

test('refusals are kept as long as told, else as long as is usual', () => {
  const a = at('a');
  const cases: readonly (readonly [Partial<Failure>, number])[] = [
    [{ kind: 'rate-limited' }, 5 * MINUTE],
    [{ kind: 'rate-limited', retryAfterMs: 7_000 }, 7_000],
    [{ kind: 'auth' }, 60 * MINUTE],
    [{ kind: 'permission' }, 60 * MINUTE],
    [{ kind: 'quota' }, 60 * MINUTE],
    [{ kind: 'model-not-found' }, 30 * MINUTE],
  ];
  for (const [failure, wait] of cases) {
    const health = after(end(a, failure, 1_000));
    const limit = limitOf(a, 0, [a], situation(health, 1_000));
    assert.equal(limit?.code, failure.kind);
    assert.equal(limit?.until, 1_000 + wait);
    assert.equal(limitOf(a, 0, [a], situation(health, 1_000 + wait)), undefined);
  }
});

test('a refusal is its key alone; a deployment is limited when all its keys are, until the first is free', () => {
  const a = at('a', ['k1', 'k2']);
  const one = end(a, { kind: 'rate-limited', retryAfterMs: 9_000 }, 0, { key: 'k1' });
  assert.equal(limitOf(a, 0, [a], situation(after(one), 0)), undefined);
  assert.equal(keyLimitOf(a, 'k1', 0, situation(after(one), 0))?.code, 'rate-limited');
  const both = after(one, end(a, { kind: 'auth' }, 0, { key: 'k2' }));
  assert.equal(limitOf(a, 0, [a], situation(both, 0))?.until, 9_000);
  const planned = planRoute(testQuery('a'), testView([a], [], { health: after(one), now: 0 }));
  assert.deepEqual(planned.ok && planned.plan.targets.map(({ credential }) => credential?.id), ['k2']);
});

test('a sole target and a direct slug are tried all the same', () => {
  const a = at('a');
  const health = after(end(a, { kind: 'rate-limited' }, 0));
  const route: Route = { slug: 'r', strategy: 'fallback', targets: ['a'] };
  for (const slug of ['r', 'a']) {
    const planned = planRoute(testQuery(slug), testView([a], [route], { health }));
    assert.ok(planned.ok && planned.plan.targets[0].model === a);
  }
});

test('windows that a provider told of: refilled with time, less what was sent since', () => {
  const a = at('a');
  const windows: readonly RateWindow[] = [{ counts: 'tokens', limit: 10_000, remaining: 1_000, resetAt: MINUTE }];
  const health = after(end(a, undefined, 0, { windows }));
  assert.equal(limitOf(a, 900, [a], situation(health, 0)), undefined);
  assert.equal(limitOf(a, 1_500, [a], situation(health, 0))?.code, 'rate-window');
  assert.equal(limitOf(a, 1_500, [a], situation(health, MINUTE / 2)), undefined);
  const sent = observe(health, {
    type: 'attempt-start',
    provider: 'at-a',
    model: 'a',
    id: '1',
    at: 0,
    inputTokens: 500,
  });
  assert.equal(limitOf(a, 900, [a], situation(sent, 0))?.code, 'rate-window');
  const known = sent.get('at-a/a');
  assert.ok(known && Math.abs((windowPressure(known, 0) ?? 0) - 0.95) < 1e-9);
  const none = after(end(a, undefined, 0, { windows: [{ counts: 'requests', remaining: 0, resetAt: MINUTE }] }));
  assert.equal(limitOf(a, 1, [a], situation(none, 1_000))?.code, 'rate-window');
  assert.equal(limitOf(a, 1, [a], situation(none, MINUTE)), undefined);
});

test('the cap on calls counts all of a provider', () => {
  const a = at('a', [], 2);
  const start = (model: string, id: string): DispatchEvent => ({
    type: 'attempt-start',
    provider: 'at-a',
    model,
    id,
    at: 0,
  });
  assert.equal(atCapacity(a, after(start('a', '1'))), undefined);
  assert.equal(atCapacity(a, after(start('a', '1'), start('b', '2')))?.code, 'concurrency');
});

const POOL = ['a', 'b', 'c', 'd', 'e'];

test('law: a plan is never empty, and never begins with a target that is cooling while another is up', () => {
  const trouble = fc.array(
    fc.record({
      slug: fc.constantFrom(...POOL),
      kind: fc.constantFrom<FailureKind>('rate-limited', 'auth', 'model-not-found', 'server-error', 'timeout'),
      times: fc.integer({ min: 1, max: 6 }),
      wait: fc.nat({ max: MINUTE }),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(trouble, fc.subarray(POOL, { minLength: 1 }), fc.nat({ max: 10 * MINUTE }), (steps, pool, later) => {
      const models = pool.map((slug) => at(slug));
      let now = 0;
      let health = NO_HEALTH;
      for (const { slug, kind, times, wait } of steps) {
        now += wait;
        for (let time = 0; time < times; time += 1) health = observe(health, end(at(slug), { kind }, now));
      }
      now += later;
      const [first = '', ...others] = pool;
      const route: Route = { slug: 'r', strategy: 'fallback', targets: [first, ...others] };
      const planned = planRoute(testQuery('r'), testView(models, [route], { health, now }));
      assert.ok(planned.ok);
      const limits = new Map(models.map((one) => [one.slug, limitOf(one, 0, models, situation(health, now))]));
      const up = pool.filter((slug) => limits.get(slug) === undefined);
      const tried = planned.plan.targets.map(({ model }) => model.slug);
      assert.deepEqual(tried, up.length > 0 ? up : pool);
      const broken = pool.filter((slug) => limits.get(slug)?.code === 'breaker');
      assert.ok(broken.length <= pool.length / 2, `${broken.length} of ${pool.length} are out`);
    }),
  );
});
