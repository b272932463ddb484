import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FailureKind } from '../../ir/failure.ts';
import type { Model, Price } from '../../providers/provider.ts';
import { testModel, testProvider } from '../../providers/testing/provider.ts';
import { chancesOf, drawn } from '../dispatch/choice.ts';
import { type Health, NO_HEALTH } from '../dispatch/health.ts';
import { observe } from '../dispatch/observe.ts';
import { DEFAULT_DISPATCH } from '../dispatch/settings.ts';
import type { RouteView } from '../plan.ts';
import { planRoute } from '../plan-route.ts';
import type { Reason } from '../reason.ts';
import type { Route } from '../route.ts';
import { testQuery, testView } from '../testing/view.ts';

const NAMES = ['a', 'b', 'c'] as const;
const MODELS = NAMES.map((name) => modelAt(name));
const ROUTE: Route = { slug: 'r', strategy: 'risk', targets: [...NAMES] };

function modelAt(name: string, price?: Price, concurrency?: number): Model {
  const provider = testProvider({ id: name, ...(concurrency === undefined ? {} : { concurrency }) });
  return testModel(name, provider, price === undefined ? {} : { price });
}

/** Replies of one deployment, one after the other every six seconds, each of 100 tokens. */
function replies(health: Health, name: string, count: number, ttftMs: number, failure?: FailureKind): Health {
  let after = health;
  for (let index = 0; index < count; index += 1) {
    const startedAt = index * 6_000;
    const deployment = { provider: name, model: name };
    const id = `${name} ${index}`;
    after = observe(after, { type: 'attempt-start', ...deployment, id, inputTokens: 1_000, at: startedAt });
    const usage = { freshInput: 1_000, cacheRead: 0, cacheWrite: 0, output: 100, reasoning: 0 };
    const attempt = {
      ...deployment,
      slug: name,
      startedAt,
      firstTokenMs: ttftMs,
      totalMs: ttftMs + 2_000,
      usage,
      ...(failure === undefined ? {} : { failure: { kind: failure, message: '' } }),
    };
    after = observe(after, { type: 'attempt-end', id, attempt, at: startedAt + ttftMs + 2_000 });
  }
  return after;
}

function plan(view: Partial<RouteView>, models: readonly Model[] = MODELS): { first: string; why: readonly Reason[] } {
  const planned = planRoute(testQuery('r', { inputTokens: 1_000 }), testView(models, [ROUTE], view));
  assert.ok(planned.ok);
  return { first: planned.plan.targets[0].model.slug, why: planned.plan.why };
}

function chances(view: Partial<RouteView>, models: readonly Model[] = MODELS): Record<string, number> {
  const { why } = plan(view, models);
  return Object.fromEntries(why.flatMap(({ slug, chance }) => (chance === undefined ? [] : [[slug ?? '', chance]])));
}

const coldest = { ...DEFAULT_DISPATCH, temperature: 0 };

test('where nothing is known all are alike', () => {
  const even = chances({});
  for (const name of NAMES) assert.ok(Math.abs((even[name] ?? 0) - 1 / 3) < 0.001);
});

test('the quicker, the surer and the cheaper comes first, and one that nobody knows is tried', () => {
  const quick = replies(replies(NO_HEALTH, 'a', 20, 3_000), 'b', 20, 300);
  const { a = 1, b = 0, c = 0 } = chances({ health: quick, now: 121_000 });
  assert.ok(a < 0.05 && b > 0.3 && c > 0.1, `${a} ${b} ${c}`);
  const sure = replies(replies(replies(NO_HEALTH, 'a', 3, 300, 'server-error'), 'b', 3, 300), 'c', 3, 300);
  assert.ok((chances({ health: sure, now: 15_000 })['a'] ?? 1) < 0.05);
  const price = (input: number): Price => ({ input, output: input * 4 });
  const priced = [modelAt('a', price(500)), modelAt('b', price(100)), modelAt('c', price(400))];
  assert.equal(plan({ dispatch: coldest }, priced).first, 'b');
});

test('a weight of 0 leaves its term out', () => {
  const price = (input: number): Price => ({ input, output: input * 4 });
  const priced = [modelAt('a', price(500)), modelAt('b', price(100)), modelAt('c', price(400))];
  const weights = { ...DEFAULT_DISPATCH.weights, cost: 0 };
  const even = chances({ dispatch: { ...DEFAULT_DISPATCH, weights } }, priced);
  assert.ok(Math.abs((even['b'] ?? 0) - 1 / 3) < 0.001);
});

test('calls that wait for their first token too long tell of a deployment that hangs, before any of them fails', () => {
  let health = replies(replies(replies(NO_HEALTH, 'a', 10, 300), 'b', 10, 400), 'c', 10, 400);
  const before = chances({ health, now: 61_000 });
  health = observe(health, {
    type: 'attempt-start',
    provider: 'a',
    model: 'a',
    id: 'hangs',
    at: 61_000,
    inputTokens: 9,
  });
  const after = chances({ health, now: 65_000 });
  assert.ok((before['a'] ?? 0) > 0.3 && (after['a'] ?? 1) < 0.05, `${before['a']} ${after['a']}`);
});

test("a session's cache spares reading, and is weighed, not obeyed", () => {
  const long = { inputTokens: 60_000 };
  const known = replies(replies(replies(NO_HEALTH, 'a', 10, 500), 'b', 10, 500), 'c', 10, 500);
  const affinity = { slug: 'a', provider: 'a', upstreamId: 'a', warm: true, cachedTokens: 58_000 };
  const first = (health: Health): string => {
    const view = testView(MODELS, [ROUTE], { health, now: 74_000, affinity, dispatch: coldest, draw: 0.99 });
    const planned = planRoute(testQuery('r', long), view);
    assert.ok(planned.ok);
    return planned.plan.targets[0].model.slug;
  };
  // Prompts of two sizes, so that what a token takes is known.
  let read = known;
  for (const name of NAMES) read = withLongPrompt(read, name);
  assert.equal(first(read), 'a');
  assert.notEqual(first(replies(read, 'a', 4, 400, 'server-error')), 'a');
});

function withLongPrompt(health: Health, name: string): Health {
  const deployment = { provider: name, model: name };
  const started = observe(health, { type: 'attempt-start', ...deployment, id: 'l', inputTokens: 60_000, at: 61_000 });
  return observe(started, { type: 'attempt-first-token', ...deployment, id: 'l', at: 73_000 });
}

test('one whose places are taken comes last, unless all are', () => {
  const models = [modelAt('a', undefined, 1), modelAt('b'), modelAt('c')];
  const start = { type: 'attempt-start', provider: 'a', model: 'a', id: '1', at: 0 } as const;
  const health = observe(NO_HEALTH, start);
  for (const draw of [0, 0.3, 0.6, 0.99]) assert.notEqual(plan({ health, draw }, models).first, 'a');
  assert.equal(chances({ health }, models)['a'], 0);
});

test('law: chances sum to one, the better has more, and a draw falls where the chance is', () => {
  const scores = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(
      scores,
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.double({ min: 0, max: 0.999 }),
      (all, heat, draw) => {
        const found = chancesOf(all, heat);
        assert.ok(Math.abs(found.reduce((sum, one) => sum + one, 0) - 1) < 1e-9);
        for (const [one, score] of all.entries()) {
          for (const [other, worse] of all.entries()) {
            if (score < worse) assert.ok((found[one] ?? 0) >= (found[other] ?? 0));
          }
        }
        assert.ok((found[drawn(found, draw)] ?? 0) > 0);
      },
    ),
  );
});
