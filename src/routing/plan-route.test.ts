import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Model, type Provider, Secret } from '../providers/provider.ts';
import { testModel, testProvider } from '../providers/testing/provider.ts';
import type { Affinity } from './affinity.ts';
import type { Planned, RouteView } from './plan.ts';
import { planRoute } from './plan-route.ts';
import { PURPOSES } from './purpose.ts';
import type { Route } from './route.ts';
import { testQuery, testView } from './testing/view.ts';

function provider(id: string, keys: readonly string[] = []): Provider {
  return testProvider({ id, credentials: keys.map((key) => ({ id: `id-${key}`, secret: new Secret(key) })) });
}

function model(slug: string, at: Provider = provider('work')): Model {
  return testModel(slug, at);
}

const view = (models: readonly Model[], routes: readonly Route[] = [], defaultModel = ''): RouteView =>
  testView(models, routes, { defaultModel });
const query = testQuery;

function slugs(planned: Planned): readonly string[] {
  assert.ok(planned.ok, planned.ok ? '' : planned.failure.message);
  return planned.plan.targets.map((target) => target.model.slug);
}

const fallback = (slug: string, ...targets: [string, ...string[]]): Route => ({ slug, strategy: 'fallback', targets });

test('a direct slug never falls back', () => {
  const planned = planRoute(query('a'), view([model('a'), model('b')], [], 'b'));
  assert.deepEqual(slugs(planned), ['a']);
  assert.ok(planned.ok && /asked for by name/.test(planned.plan.why.map((reason) => reason.text).join()));
});

test('a fallback route keeps the order of the file, a fixed one its first target', () => {
  const models = [model('a'), model('b')];
  const fixed: Route = { slug: 'one', strategy: 'fixed', targets: ['b', 'a'] };
  assert.deepEqual(slugs(planRoute(query('both'), view(models, [fallback('both', 'b', 'a')]))), ['b', 'a']);
  assert.deepEqual(slugs(planRoute(query('one'), view(models, [fixed]))), ['b']);
});

test('nested routes are flattened, and a model that comes twice is tried once', () => {
  const routes = [fallback('outer', 'inner', 'a', 'c'), fallback('inner', 'b', 'a')];
  const planned = planRoute(query('outer'), view([model('a'), model('b'), model('c')], routes));
  assert.deepEqual(slugs(planned), ['b', 'a', 'c']);
  const orders = planned.ok ? planned.plan.why.map(({ order }) => order) : [];
  assert.deepEqual(orders, [
    ['b', 'a', 'c'],
    ['b', 'a'],
  ]);
});

test('a target out of reach is left out, and the plan says why', () => {
  const base = view([model('b')], [fallback('r', 'a', 'b')]);
  const planned = planRoute(query('r'), { ...base, unavailable: () => 'the variable A_KEY is not set.' });
  assert.deepEqual(slugs(planned), ['b']);
  assert.ok(
    planned.ok &&
      planned.plan.why.some(
        ({ slug, text, rule }) => slug === 'a' && rule === 'out-of-reach' && /A_KEY is not set/.test(text),
      ),
  );
});

test('where nothing is in reach the failure names each reason', () => {
  const base = view([], [fallback('r', 'a')]);
  const planned = planRoute(query('r'), { ...base, unavailable: () => 'the variable A_KEY is not set.' });
  assert.ok(!planned.ok);
  assert.equal(planned.failure.kind, 'model-not-found');
  assert.match(planned.failure.message, /A_KEY is not set/);
});

test('an unknown slug names the nearest', () => {
  const planned = planRoute(
    query('deepsek-coder'),
    view([model('deepseek-coder'), model('local-qwen')], [], 'local-qwen'),
  );
  assert.ok(!planned.ok);
  assert.match(planned.failure.message, /nearest: deepseek-coder/);
});

test('without any model the failure says how to begin', () => {
  const planned = planRoute(query('x', { background: true }), view([]));
  assert.ok(!planned.ok);
  assert.equal(planned.failure.mend, 'Run: plugboard init');
});

test('a background call for an unknown slug falls to the default, and says so', () => {
  const routes = [fallback('main', 'a', 'b')];
  const planned = planRoute(
    query('gpt-6.1-terra', { background: true }),
    view([model('a'), model('b')], routes, 'main'),
  );
  assert.deepEqual(slugs(planned), ['a', 'b']);
  assert.ok(planned.ok && planned.plan.route === 'main' && /on its own/.test(planned.plan.why[0]?.text ?? ''));
  assert.deepEqual(slugs(planRoute(query('b', { background: true }), view([model('a'), model('b')], routes, 'main'))), [
    'b',
  ]);
});

test('a cycle in a view gives an answer all the same', () => {
  const planned = planRoute(query('x'), view([model('a')], [fallback('x', 'y', 'a'), fallback('y', 'x')]));
  assert.deepEqual(slugs(planned), ['a']);
});

test('a pool gives each key once, and a session always the same first', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.string(), (count, sessionId) => {
      const keys = Array.from({ length: count }, (_, index) => `key${index}`);
      const pooled = view([model('a', provider('work', keys))]);
      const plan = (): readonly (string | undefined)[] => {
        const planned = planRoute(query('a', { sessionId }), pooled);
        assert.ok(planned.ok);
        return planned.plan.targets.map((target) => target.credential?.id);
      };
      assert.deepEqual([...plan()].sort(), keys.map((key) => `id-${key}`).sort());
      assert.deepEqual(plan(), plan());
    }),
  );
});

test('sessions spread over the keys', () => {
  const pooled = view([model('a', provider('work', ['k0', 'k1', 'k2']))]);
  const firsts = new Map<string, number>();
  for (let session = 0; session < 300; session += 1) {
    const planned = planRoute(query('a', { sessionId: `session-${session}` }), pooled);
    assert.ok(planned.ok);
    const id = planned.plan.targets[0].credential?.id ?? '';
    firsts.set(id, (firsts.get(id) ?? 0) + 1);
  }
  for (const count of firsts.values()) assert.ok(count > 60, `uneven: ${[...firsts.values()].join()}`);
  assert.equal(firsts.size, 3);
});

const NAMES = ['a', 'b', 'c', 'r1', 'r2', 'r3'];
const someRoutes = fc.array(
  fc
    .record({
      slug: fc.constantFrom('r1', 'r2', 'r3'),
      strategy: fc.constantFrom(
        'fixed' as const,
        'fallback' as const,
        'weighted' as const,
        'cheapest' as const,
        'fastest' as const,
        'auto' as const,
        'split' as const,
        'risk' as const,
      ),
      targets: fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES)),
      weights: fc.dictionary(fc.constantFrom(...NAMES), fc.nat({ max: 3 })),
      when: fc.subarray([...PURPOSES]),
      use: fc.constantFrom(...NAMES),
    })
    .map(({ slug, strategy, targets, weights, when, use }): Route => {
      const common = { slug, targets, rules: [{ when, use }] };
      switch (strategy) {
        case 'weighted':
          return { ...common, strategy, weights: new Map(Object.entries(weights)) };
        case 'auto':
          return { ...common, strategy, patience: 1 };
        case 'split':
          return { ...common, strategy, planSteps: 3 };
        default:
          return { ...common, strategy };
      }
    }),
);
const someModels = fc.record({
  up: fc.subarray(['a', 'b', 'c']),
  fenced: fc.subarray(['a', 'b', 'c']),
  small: fc.subarray(['a', 'b', 'c']),
});
const someQuery = fc
  .record({
    slug: fc.constantFrom(...NAMES),
    background: fc.boolean(),
    requestKind: fc.constantFrom('turn', 'compaction'),
    threadSource: fc.constantFrom('user', 'thread_title'),
    inputTokens: fc.constantFrom(10, 100_000),
    sessionId: fc.option(fc.string(), { nil: undefined }),
  })
  .map(({ slug, sessionId, ...more }) => query(slug, { ...more, ...(sessionId === undefined ? {} : { sessionId }) }));

test('law: a plan is never empty, holds only models in reach and none that is fenced, each once', () => {
  fc.assert(
    fc.property(someRoutes, someModels, someQuery, fc.double({ min: 0, max: 0.999 }), (routes, models, asked, draw) => {
      const { up, fenced, small } = models;
      const seen: RouteView = {
        ...view(
          up.map((name) =>
            testModel(name, provider('work'), { facts: { contextWindow: small.includes(name) ? 50 : 500_000 } }),
          ),
          routes,
          'a',
        ),
        draw,
        fence: ({ slug }) => (fenced.includes(slug) ? 'it is fenced off.' : undefined),
      };
      const planned = planRoute(asked, seen);
      assert.deepEqual(planRoute(asked, seen), planned, 'the same draw gives the same plan');
      if (!planned.ok) return planned.failure.message.length > 0;
      const chosen = slugs(planned);
      assert.equal(new Set(chosen).size, chosen.length);
      const shutOut = planned.plan.why.flatMap(({ rule, slug }) => (rule === undefined ? [] : [slug]));
      assert.ok(!chosen.some((slug) => shutOut.includes(slug)), 'what is tried was not shut out');
      return chosen.length > 0 && chosen.every((slug) => up.includes(slug) && !fenced.includes(slug));
    }),
  );
});

const held = (slug: string, more: Partial<Affinity> = {}): Affinity => ({
  slug,
  provider: 'work',
  upstreamId: slug,
  warm: true,
  ...more,
});

test('the model that holds a warm cache of the session is tried first, and the plan says so', () => {
  const base = view([model('a'), model('b'), model('c')], [fallback('r', 'a', 'b', 'c')]);
  const planned = planRoute(query('r', { sessionId: 's' }), { ...base, affinity: held('b') });
  assert.deepEqual(slugs(planned), ['b', 'a', 'c']);
  assert.ok(planned.ok && planned.plan.why.some(({ slug, text }) => slug === 'b' && /holds its cache/.test(text)));
});

test('once the cache is cold the order of the route holds again; so it does where the holder serves no longer', () => {
  const base = view([model('a'), model('b')], [fallback('r', 'a', 'b')]);
  for (const affinity of [held('b', { warm: false }), held('x'), held('b', { provider: 'elsewhere' })]) {
    assert.deepEqual(slugs(planRoute(query('r', { sessionId: 's' }), { ...base, affinity })), ['a', 'b']);
  }
});

test('the key that served a session last is tried first, warm or not, and forgotten with its key', () => {
  const keys = ['k1', 'k2', 'k3'];
  const base = view([model('a', provider('work', keys))]);
  const first = (sessionId: string, affinity?: Affinity): string | undefined => {
    const planned = planRoute(query('a', { sessionId }), { ...base, ...(affinity === undefined ? {} : { affinity }) });
    assert.ok(planned.ok);
    assert.equal(planned.plan.targets.length, 3);
    return planned.plan.targets[0].credential?.id;
  };
  for (const key of keys) {
    for (const warm of [true, false]) {
      assert.equal(first('s', held('a', { credentialId: `id-${key}`, warm })), `id-${key}`);
    }
  }
  assert.equal(first('s', held('a', { credentialId: 'id-gone' })), first('s'));
});

const TITLES: Route = { ...fallback('r', 'a', 'b'), rules: [{ when: ['title', 'memory'], use: 'c' }] };

test('a rule for a kind of call puts its model before the targets, and the plan says so', () => {
  const base = view([model('a'), model('b'), model('c')], [TITLES]);
  assert.deepEqual(slugs(planRoute(query('r'), base)), ['a', 'b']);
  const planned = planRoute(query('r', { threadSource: 'thread_title' }), base);
  assert.deepEqual(slugs(planned), ['c', 'a', 'b']);
  assert.ok(planned.ok && planned.plan.ruled === 'title');
  assert.ok(planned.plan.why.some(({ slug, text }) => slug === 'c' && /By a rule of "r" .* kind title/.test(text)));
});

test("a rule outweighs the holder of the session's cache, and gives way where its model is out of reach", () => {
  const title = query('r', { threadSource: 'thread_title', sessionId: 's' });
  const all = { ...view([model('a'), model('b'), model('c')], [TITLES]), affinity: held('b') };
  assert.deepEqual(slugs(planRoute(title, all)), ['c', 'b', 'a']);
  const without = view([model('a'), model('b')], [TITLES]);
  const planned = planRoute(title, without);
  assert.deepEqual(slugs(planned), ['a', 'b']);
  assert.ok(planned.ok && planned.plan.ruled === undefined);
});

test('a rule holds in a nested route, may name a route, and never meets a model that is asked for by name', () => {
  const outer: Route = { ...fallback('outer', 'r', 'd'), rules: [{ when: ['review'], use: 'pair' }] };
  const base = view(
    ['a', 'b', 'c', 'd'].map((name) => model(name)),
    [outer, TITLES, fallback('pair', 'd', 'b')],
  );
  const nested = planRoute(query('outer', { threadSource: 'thread_title' }), base);
  assert.deepEqual(slugs(nested), ['c', 'a', 'b', 'd']);
  assert.ok(nested.ok && nested.plan.ruled === 'title');
  assert.deepEqual(slugs(planRoute(query('outer', { subagent: 'review' }), base)), ['d', 'b', 'a']);
  assert.deepEqual(slugs(planRoute(query('a', { threadSource: 'thread_title' }), base)), ['a']);
});

const sized = (slug: string, contextWindow?: number): Model =>
  testModel(slug, provider('work'), contextWindow === undefined ? {} : { facts: { contextWindow } });

test('a request that will not fit goes to the next target that it fits', () => {
  const base = view(
    [sized('small', 32_000), sized('middle', 128_000), sized('open')],
    [fallback('r', 'small', 'middle', 'open')],
  );
  assert.deepEqual(slugs(planRoute(query('r', { inputTokens: 31_000 }), base)), ['small', 'middle', 'open']);
  const planned = planRoute(query('r', { inputTokens: 31_800 }), base);
  assert.deepEqual(slugs(planned), ['middle', 'open'], 'a reply must fit, too');
  const shut = planned.ok ? planned.plan.why.filter(({ rule }) => rule === 'context-window') : [];
  assert.deepEqual(
    shut.map(({ slug }) => slug),
    ['small'],
  );
  assert.match(shut[0]?.text ?? '', /31800 tokens and a reply do not fit its window of 32000/);
  assert.deepEqual(slugs(planRoute(query('r', { inputTokens: 500_000 }), base)), ['open']);
});

test('an estimate is no proof: where nothing fits all are tried, and a model asked for by name is never kept out', () => {
  const base = view([sized('small', 32_000), sized('middle', 128_000)], [fallback('r', 'small', 'middle')]);
  assert.deepEqual(slugs(planRoute(query('r', { inputTokens: 500_000 }), base)), ['small', 'middle']);
  assert.deepEqual(slugs(planRoute(query('small', { inputTokens: 500_000 }), base)), ['small']);
});
