import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RouteQuery } from '../../../ir/query.ts';
import type { WorkEvent, WorkEventKind } from '../../../ir/work.ts';
import type { Price } from '../../../providers/provider.ts';
import { testModel, testProvider } from '../../../providers/testing/provider.ts';
import type { Affinity } from '../../affinity.ts';
import type { Planned, RouteView } from '../../plan.ts';
import { planRoute } from '../../plan-route.ts';
import type { RouteOf } from '../../route.ts';
import { testQuery, testView } from '../../testing/view.ts';
import { NO_WORK } from '../../work/no-work.ts';
import { readWork } from '../../work/read-work.ts';
import {
  begin,
  condensed,
  FAILED_PATCH,
  FAILED_TEST,
  patched,
  ran,
  said,
  type Talk,
  user,
} from '../../work/testing/conversation.ts';

/** USD per million tokens, as nano-USD per token. */
const usd = (input: number, cacheRead: number, output: number): Price => ({
  input: input * 1_000,
  cacheRead: cacheRead * 1_000,
  output: output * 1_000,
});
const PRICES: { readonly [slug: string]: Price } = {
  small: usd(0.25, 0.025, 2),
  middle: usd(1, 0.1, 5),
  large: usd(3, 0.3, 15),
};
const provider = testProvider({ id: 'work' });
const models = ['small', 'middle', 'large'].map((slug) => testModel(slug, provider));

const two: RouteOf<'auto'> = { slug: 'r', strategy: 'auto', targets: ['small', 'large'], patience: 1 };
const three: RouteOf<'auto'> = { ...two, targets: ['small', 'middle', 'large'] };

const view = (route: RouteOf<'auto'>, more: Partial<RouteView> = {}): RouteView =>
  testView(models, [route], { priceOf: ({ slug }) => PRICES[slug], ...more });
const held = (slug: string, cachedTokens: number): Affinity => ({
  slug,
  provider: provider.id,
  upstreamId: models.find((model) => model.slug === slug)?.upstreamId ?? '',
  warm: true,
  cachedTokens,
});
const query = (talk: Talk, more: Partial<RouteQuery> = {}): RouteQuery =>
  testQuery('r', { work: readWork(talk), ...more });

function slugs(planned: Planned): readonly string[] {
  assert.ok(planned.ok);
  return planned.plan.targets.map(({ model }) => model.slug);
}
function why(planned: Planned): string {
  assert.ok(planned.ok);
  return planned.plan.why.map(({ text }) => text).join('\n');
}

const task = begin('mend the parser');
const failure = [...patched(), ...ran('npm test', 1, FAILED_TEST)];

test('an unclear task starts cheap, and the stronger follow where it fails', () => {
  const planned = planRoute(query(task), view(three));
  assert.deepEqual(slugs(planned), ['small', 'middle', 'large']);
  assert.match(why(planned), /rung 1 of 3/);
  assert.deepEqual(slugs(planRoute(testQuery('r'), view(three))), ['small', 'middle', 'large']);
});

test('a failing test after a change moves the task up, and the reason names it', () => {
  const planned = planRoute(query([...task, ...failure]), view(two));
  assert.deepEqual(slugs(planned), ['large', 'small']);
  assert.match(why(planned), /1 failing test run \(node --test: 1 failed, first "adds two numbers"\)/);
  assert.match(why(planned), /weighs 1 where a step takes 1: enough for a step up/);
});

test('so do a patch that does not apply, a call made over and over, a compaction, and a word of the user', () => {
  const look = ran('cat a.js', 0, 'a');
  for (const talk of [
    [...task, ...patched('a.js', FAILED_PATCH)],
    [...task, ...look, ...ran('cat a.js', 0), ...ran('cat a.js', 0)],
    condensed('mend the parser'),
    [...task, ...said('Done.'), ...user('It still fails.')],
    [...task, ...said('Done.'), ...user('use the strong model')],
  ]) {
    assert.equal(slugs(planRoute(query(talk), view(two)))[0], 'large');
  }
});

test('a ladder is climbed one rung for each measure of evidence, and no further than its end', () => {
  assert.deepEqual(slugs(planRoute(query([...task, ...failure]), view(three))), ['middle', 'large', 'small']);
  assert.deepEqual(slugs(planRoute(query([...task, ...failure, ...failure]), view(three))), [
    'large',
    'middle',
    'small',
  ]);
  assert.equal(slugs(planRoute(query([...task, ...failure, ...failure, ...failure]), view(three)))[0], 'large');
  assert.match(why(planRoute(query([...task, ...failure, ...failure]), view(two))), /enough for a step up/);
  const wished = query([...begin('use the strong model'), ...failure]);
  assert.match(why(planRoute(wished, view(two))), /enough, and there is no stronger one/);
  const patient = { ...two, patience: 2 };
  assert.equal(slugs(planRoute(query([...task, ...failure]), view(patient)))[0], 'small');
  assert.equal(slugs(planRoute(query([...task, ...failure, ...failure]), view(patient)))[0], 'large');
});

test('tests that pass refute what was not yet enough, and never what was', () => {
  const patient = { ...two, patience: 2 };
  const passed = ran('npm test', 0, 'ok');
  assert.equal(slugs(planRoute(query([...task, ...failure, ...passed, ...failure]), view(patient)))[0], 'small');
  assert.equal(slugs(planRoute(query([...task, ...failure, ...failure, ...passed]), view(patient)))[0], 'large');
});

test('it stays up for the task, and comes down with the next one', () => {
  const up = [...task, ...failure, ...patched(), ...ran('npm test', 0, 'ok'), ...said('Done.')];
  assert.equal(slugs(planRoute(query(up), view(two)))[0], 'large');
  assert.equal(slugs(planRoute(query([...up, ...user('continue')]), view(two)))[0], 'large');
  assert.equal(slugs(planRoute(query([...up, ...user('write a changelog')]), view(two)))[0], 'small');
  assert.equal(slugs(planRoute(query([...up, ...user('use the cheap model')]), view(two)))[0], 'small');
});

test('what the history shows no longer is remembered of the session', () => {
  const work = { ...NO_WORK, key: 'k', task: 'x', steps: 2, given: new Map([['r', 'large']]) };
  const planned = planRoute(testQuery('r', { work }), view(two));
  assert.equal(slugs(planned)[0], 'large');
  assert.match(why(planned), /keeps it there/);
});

test('a stronger target that steps in for one that cannot serve is not given the task', () => {
  const fence = { fence: ({ slug }: { readonly slug: string }) => (slug === 'small' ? 'it is out' : undefined) };
  const planned = planRoute(query(task), view(two, fence));
  assert.deepEqual(slugs(planned), ['large']);
  assert.ok(planned.ok);
  assert.deepEqual(planned.plan.given, new Map([['r', 'small']]));
});

test('a nested ladder has a task of its own', () => {
  const outer = { slug: 'outer', strategy: 'fallback', targets: ['r', 'large'] } as const;
  const base = testView(models, [outer, two]);
  const planned = planRoute(testQuery('outer', { work: readWork([...task, ...failure]) }), base);
  assert.deepEqual(slugs(planned), ['large', 'small']);
  assert.ok(planned.ok);
  assert.deepEqual(planned.plan.given, new Map([['r', 'large']]));
});

test('who served last does not overrule the choice, and keeps the request that condenses and calls without results', () => {
  const small = { affinity: held('small', 1_000) };
  const talk = [...task, ...failure];
  assert.equal(slugs(planRoute(query(talk, { sessionId: 's' }), view(two, small)))[0], 'large');
  const condenses = query(talk, { requestKind: 'compaction' });
  assert.equal(slugs(planRoute(condenses, view(two, small)))[0], 'small');
  const open = { ...readWork(talk), openCalls: 1 };
  assert.equal(slugs(planRoute(testQuery('r', { work: open }), view(two, small)))[0], 'small');
});

test('a large cache asks for more evidence, and the reason says what it is worth', () => {
  const small = { affinity: held('small', 400_000) };
  const one = planRoute(query([...task, ...failure], { inputTokens: 400_000 }), view(two, small));
  assert.equal(slugs(one)[0], 'small');
  assert.match(why(one), /throws a cache of 400000 tokens away: \$1\.08 once/);
  const more = planRoute(query([...task, ...failure, ...failure], { inputTokens: 400_000 }), view(two, small));
  assert.equal(slugs(more)[0], 'large');
  const cold = { affinity: { ...held('small', 400_000), warm: false } };
  assert.equal(slugs(planRoute(query([...task, ...failure], { inputTokens: 400_000 }), view(two, cold)))[0], 'large');
});

test('a new task comes down only where that saves something', () => {
  const next = query([...task, ...failure, ...said('Done.'), ...user('write a changelog')], { inputTokens: 100_000 });
  const large = { affinity: held('large', 100_000) };
  assert.equal(slugs(planRoute(next, view(two, large)))[0], 'small');
  const near: { readonly [slug: string]: Price } = { small: usd(2.9, 0.29, 14), large: usd(3, 0.3, 15) };
  const planned = planRoute(next, view(two, { ...large, priceOf: ({ slug }) => near[slug] }));
  assert.equal(slugs(planned)[0], 'large');
  assert.match(why(planned), /goes on with the new task/);
});

test('the end of plan mode is weighed as a new task is, and says what the change costs', () => {
  const planned = [...task, ...said('1. a\n2. b\n3. c'), ...user('Implement the plan.')];
  const asked = query(planned, { inputTokens: 100_000 });
  const large = { affinity: held('large', 100_000) };
  const down = planRoute(asked, view(two, large));
  assert.equal(slugs(down)[0], 'small');
  assert.match(why(down), /It is left: 8 calls with 100000 tokens/);
  const near: { readonly [slug: string]: Price } = { small: usd(2.9, 0.29, 14), large: usd(3, 0.3, 15) };
  const stays = planRoute(asked, view(two, { ...large, priceOf: ({ slug }) => near[slug] }));
  assert.equal(slugs(stays)[0], 'large');
  assert.match(why(stays), /goes on with the task/);
});

test('reviews and plans begin with the strongest', () => {
  assert.equal(slugs(planRoute(query(task, { subagent: 'review' }), view(two)))[0], 'large');
  assert.equal(
    slugs(planRoute(testQuery('r', { work: { ...readWork(task), planMode: true } }), view(two)))[0],
    'large',
  );
});

test('what is no step of the task begins with the cheapest', () => {
  const talk = [...task, ...said('Done.'), ...user('use the strong model')];
  const title = { threadSource: 'thread_title', work: { ...readWork(task), planMode: true } };
  assert.equal(slugs(planRoute(testQuery('r', title), view(two)))[0], 'small');
  assert.equal(slugs(planRoute(query(talk, { subagent: 'guardian' }), view(two)))[0], 'large');
});

test('a judge that is sure decides where a task begins; without its answer the words do', () => {
  const judged = { ...two, judge: { model: 'middle', threshold: 0.6, timeoutMs: 2_000 } };
  const asked = (need: number): RouteQuery =>
    testQuery('r', { work: { ...readWork(task), verdicts: [{ by: 'middle', need }] } });
  assert.equal(slugs(planRoute(asked(0.6), view(judged)))[0], 'large');
  assert.equal(slugs(planRoute(asked(0.59), view(judged)))[0], 'small');
  assert.match(why(planRoute(query(task), view(judged))), /Without an answer of the judge/);
});

const EVENTS: readonly WorkEventKind[] = [
  'edited',
  'planned',
  'tests-failed',
  'tests-passed',
  'patch-failed',
  'call-repeated',
  'errors-grew',
  'compacted',
  'went-long',
  'still-broken',
];
const events = fc.array(
  fc.constantFrom(...EVENTS).map((kind): WorkEvent => ({ kind, step: 1 })),
  { maxLength: 12 },
);

test('law: it never leaves its targets, names each once, and says the same twice', () => {
  const targets = fc.uniqueArray(fc.constantFrom('small', 'middle', 'large'), { minLength: 2 });
  fc.assert(
    fc.property(
      targets,
      fc.subarray(models, { minLength: 1 }),
      events,
      fc.double({ min: 0.1, max: 3, noNaN: true }),
      (names, up, seen, patience) => {
        const [first = 'small', ...rest] = names;
        const route: RouteOf<'auto'> = { slug: 'r', strategy: 'auto', targets: [first, ...rest], patience };
        const one = testView(up, [route]);
        const asked = testQuery('r', { work: { ...NO_WORK, events: seen } });
        const planned = planRoute(asked, one);
        const reachable = names.filter((name) => up.some(({ slug }) => slug === name));
        if (reachable.length === 0) return !planned.ok;
        assert.deepEqual([...slugs(planned)].sort(), [...reachable].sort());
        assert.deepEqual(planRoute(asked, one), planned);
        return true;
      },
    ),
  );
});

test('law: within a task more evidence never steps down, whatever the caches and prices are', () => {
  const caches = fc.array(fc.record({ tokens: fc.integer({ min: 0, max: 500_000 }), warm: fc.boolean() }), {
    minLength: 13,
    maxLength: 13,
  });
  fc.assert(
    fc.property(events, caches, fc.double({ min: 0.1, max: 3, noNaN: true }), (seen, cache, patience) => {
      const route = { ...three, patience };
      let given: string | undefined;
      let place = -1;
      for (let length = 0; length <= seen.length; length += 1) {
        const { tokens, warm } = cache[length] ?? { tokens: 0, warm: false };
        const work = {
          ...NO_WORK,
          key: 'k',
          steps: length,
          events: seen.slice(0, length),
          ...(given === undefined ? {} : { given: new Map([['r', given]]) }),
        };
        const affinity = given === undefined ? {} : { affinity: { ...held(given, tokens), warm } };
        const planned = planRoute(testQuery('r', { work, inputTokens: 500_000 }), view(route, affinity));
        given = slugs(planned)[0];
        const now = route.targets.indexOf(given ?? '');
        assert.ok(now >= place, `from ${place} to ${now}`);
        place = now;
      }
    }),
  );
});

test('law: and without any memory of the session, where nothing holds a cache', () => {
  fc.assert(
    fc.property(events, events, (before, later) => {
      const placeOf = (seen: readonly WorkEvent[]): number =>
        three.targets.indexOf(
          slugs(planRoute(testQuery('r', { work: { ...NO_WORK, events: seen } }), view(three)))[0] ?? '',
        );
      assert.ok(placeOf([...before, ...later]) >= placeOf(before));
    }),
  );
});
