import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Model } from '../../providers/provider.ts';
import { testModel, testProvider } from '../../providers/testing/provider.ts';
import type { RoutePlan, RouteView } from '../plan.ts';
import { planRoute } from '../plan-route.ts';
import type { Route } from '../route.ts';
import { testQuery, testView } from '../testing/view.ts';

const local = testProvider({ id: 'here', local: true });
const route = (...targets: [string, ...string[]]): Route => ({ slug: 'r', strategy: 'cheapest', targets });
/** Prices in nano-USD per token. */
const priced = (slug: string, input: number, output: number, cacheRead = input): Model =>
  testModel(slug, testProvider(), { price: { input, output, cacheRead } });

function plan(models: readonly Model[], more: Partial<RouteView> = {}, tokens = { inputTokens: 10_000 }): RoutePlan {
  const [first = '', ...others] = models.map(({ slug }) => slug);
  const query = testQuery('r', { sessionId: 's', ...tokens });
  const planned = planRoute(query, testView(models, [route(first, ...others)], more));
  assert.ok(planned.ok);
  return planned.plan;
}
const order = (made: RoutePlan): readonly string[] => made.targets.map(({ model }) => model.slug);

test('the least expected cost comes first, the models of this machine before all, the unpriced last', () => {
  const models = [testModel('dark', testProvider()), priced('dear', 3_000, 15_000), priced('cheap', 100, 400)];
  const made = plan([...models, testModel('mine', local)]);
  assert.deepEqual(order(made), ['mine', 'cheap', 'dear', 'dark']);
  const said = Object.fromEntries(made.why.map(({ slug, text }) => [slug, text]));
  assert.match(said['dark'] ?? '', /no known price, so it comes last/);
  assert.match(said['mine'] ?? '', /counts as free/);
  // 10,000 x 100 + 500 x 400 nano-USD.
  assert.match(said['cheap'] ?? '', /^About \$0\.00120 for 10000 tokens in, of which 0 from its cache, and 500 out/);
  assert.equal(made.why.find(({ slug, score }) => slug === 'cheap' && score !== undefined)?.score, 0.0012);
});

test('a price of its own counts for a model of this machine, too', () => {
  const made = plan([testModel('mine', local, { price: { input: 9_000, output: 9_000 } }), priced('cheap', 100, 400)]);
  assert.deepEqual(order(made), ['cheap', 'mine']);
});

test('what a local server only forwards is not free', () => {
  const made = plan([testModel('cloud', local, { facts: { forwarded: true } }), priced('cheap', 100, 400)]);
  assert.deepEqual(order(made), ['cheap', 'cloud']);
});

test('a long reply may turn the order round, and so may what lies in a cache', () => {
  const talker = priced('talker', 100, 10_000);
  const reader = priced('reader', 300, 1_000, 30);
  assert.deepEqual(order(plan([talker, reader], {}, { inputTokens: 30_000 })), ['talker', 'reader']);
  assert.deepEqual(order(plan([talker, reader], {}, { inputTokens: 3_000 })), ['reader', 'talker']);
  const affinity = { slug: 'reader', provider: 'somewhere', upstreamId: 'reader', warm: true, cachedTokens: 28_000 };
  const held = plan([talker, reader], { affinity }, { inputTokens: 30_000 });
  assert.deepEqual(order(held), ['reader', 'talker']);
  assert.ok(held.why.some(({ text }) => /of which 28000 from its cache/.test(text)));
});

test('law: the order is that of the expected costs, and of the file where they are equal', () => {
  const prices = fc.array(fc.option(fc.nat({ max: 3 }), { nil: undefined }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(prices, (all) => {
      const models = all.map((price, index) =>
        price === undefined ? testModel(`m${index}`, testProvider()) : priced(`m${index}`, price, price),
      );
      const wanted = all
        .map((price, index) => ({ slug: `m${index}`, rank: price ?? 99 }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ slug }) => slug);
      assert.deepEqual(order(plan(models)), wanted);
    }),
  );
});
