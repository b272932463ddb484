import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testModel, testProvider } from '../../providers/testing/provider.ts';
import { planRoute } from '../plan-route.ts';
import type { Route } from '../route.ts';
import { testQuery, testView } from '../testing/view.ts';

const MODELS = ['a', 'b', 'c'].map((slug) => testModel(slug, testProvider()));
const weightedRoute = (weights: Record<string, number>): Route => ({
  slug: 'r',
  strategy: 'weighted',
  targets: ['a', 'b', 'c'],
  weights: new Map(Object.entries(weights)),
});

function order(weights: Record<string, number>, sessionId?: string, up = MODELS, draw = 0): readonly string[] {
  const query = testQuery('r', sessionId === undefined ? {} : { sessionId });
  const planned = planRoute(query, testView(up, [weightedRoute(weights)], { draw }));
  assert.ok(planned.ok);
  return planned.plan.targets.map(({ model }) => model.slug);
}

const SESSIONS = Array.from({ length: 3_000 }, (_, index) => `session-${index}`);

test('sessions are shared out by weight, and the next in line are too', () => {
  const firsts = SESSIONS.map((session) => order({ a: 6, b: 3, c: 1 }, session)[0]);
  const share = (slug: string): number => firsts.filter((first) => first === slug).length / SESSIONS.length;
  // Three standard errors of a share of 0.6 over 3,000 sessions are 0.027.
  assert.ok(Math.abs(share('a') - 0.6) < 0.03, `${share('a')}`);
  assert.ok(Math.abs(share('b') - 0.3) < 0.03, `${share('b')}`);
  const behindA = SESSIONS.map((session) => order({ a: 6, b: 3, c: 1 }, session)).filter(([first]) => first === 'a');
  const thenB = behindA.filter(([, second]) => second === 'b').length / behindA.length;
  assert.ok(Math.abs(thenB - 0.75) < 0.04, `${thenB}`);
});

test('calls without a session are shared out by their draw', () => {
  const firsts = Array.from(
    { length: 3_000 },
    (_, index) => order({ a: 1, b: 1, c: 0 }, undefined, MODELS, index / 3_000)[0],
  );
  const share = firsts.filter((first) => first === 'a').length / firsts.length;
  assert.ok(Math.abs(share - 0.5) < 0.03, `${share}`);
  assert.ok(!firsts.includes('c'));
});

test('law: a session keeps its target, whatever it draws; where one is gone only its own sessions move', () => {
  const some = fc.record({
    a: fc.integer({ min: 1, max: 9 }),
    b: fc.integer({ min: 1, max: 9 }),
    c: fc.nat({ max: 9 }),
  });
  fc.assert(
    fc.property(some, fc.string(), fc.double({ min: 0, max: 0.99, noNaN: true }), (weights, session, draw) => {
      const whole = order(weights, session);
      assert.deepEqual(order(weights, session, MODELS, draw), whole);
      for (const gone of ['a', 'b', 'c']) {
        const left = MODELS.filter(({ slug }) => slug !== gone);
        assert.deepEqual(
          order(weights, session, left),
          whole.filter((slug) => slug !== gone),
        );
      }
    }),
  );
});

test('the reasons name weight and chance', () => {
  const planned = planRoute(
    testQuery('r', { sessionId: 's' }),
    testView(MODELS, [weightedRoute({ a: 3, b: 1, c: 0 })]),
  );
  assert.ok(planned.ok);
  const chances = planned.plan.why.flatMap(({ slug, chance }) => (chance === undefined ? [] : [[slug, chance]]));
  assert.deepEqual(Object.fromEntries(chances), { a: 0.75, b: 0.25, c: 0 });
});
