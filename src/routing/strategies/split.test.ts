import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RouteQuery } from '../../ir/query.ts';
import { testModel, testProvider } from '../../providers/testing/provider.ts';
import { planRoute } from '../plan-route.ts';
import type { RouteOf } from '../route.ts';
import { testQuery, testView } from '../testing/view.ts';
import { NO_WORK } from '../work/no-work.ts';
import { readWork } from '../work/read-work.ts';
import {
  begin,
  condensed,
  developer,
  FAILED_PATCH,
  FAILED_TEST,
  patched,
  ran,
  said,
  type Talk,
  user,
} from '../work/testing/conversation.ts';

const route: RouteOf<'split'> = { slug: 'r', strategy: 'split', targets: ['planner', 'executor'], planSteps: 3 };
const provider = testProvider({ id: 'work' });
const models = ['planner', 'executor'].map((slug) => testModel(slug, provider));

function slugs(talk: Talk, more: Partial<RouteQuery> = {}): readonly string[] {
  const planned = planRoute(testQuery('r', { work: readWork(talk), ...more }), testView(models, [route]));
  assert.ok(planned.ok);
  return planned.plan.targets.map(({ model }) => model.slug);
}

const task = begin('mend the parser');
const plan = said('My plan:\n1. read the parser\n2. mend it\n3. run the tests');

test('the planner begins a task, and hands over when its plan is written down', () => {
  assert.deepEqual(slugs(task), ['planner', 'executor']);
  assert.deepEqual(slugs([...task, ...ran('ls', 0)]), ['planner', 'executor']);
  assert.deepEqual(slugs([...task, ...ran('ls', 0), ...plan, ...ran('cat a.js', 0)]), ['executor', 'planner']);
});

test('it hands over once it has changed a file, and after its replies at the latest', () => {
  assert.equal(slugs([...task, ...patched()])[0], 'executor');
  const look = (name: string): Talk => ran(`cat ${name}`, 0);
  assert.equal(slugs([...task, ...look('a'), ...look('b')])[0], 'planner');
  assert.equal(slugs([...task, ...look('a'), ...look('b'), ...look('c')])[0], 'executor');
});

test('after a failure the planner has the next reply, and hands over again by the same rule', () => {
  const failed = [...task, ...plan, ...patched(), ...ran('npm test', 1, FAILED_TEST)];
  assert.equal(slugs(failed)[0], 'planner');
  assert.equal(slugs([...failed, ...ran('cat a.js', 0)])[0], 'planner');
  assert.equal(slugs([...failed, ...patched()])[0], 'executor');
  assert.equal(slugs([...task, ...patched('a.js', FAILED_PATCH)])[0], 'planner');
  assert.equal(slugs([...task, ...plan, ...user('It still fails.')])[0], 'planner');
});

test("plan mode and reviews are the planner's; what follows an accepted plan is not", () => {
  const mode = developer('<collaboration_mode># Plan Mode (Conversational)\n</collaboration_mode>');
  const work = developer('<collaboration_mode># Collaboration Mode: Default\n</collaboration_mode>');
  const planned = [...mode, ...task, ...said('<proposed_plan>\nMend it.\n</proposed_plan>')];
  assert.equal(slugs(planned)[0], 'planner');
  assert.equal(slugs([...planned, ...work, ...user('Implement the plan.')])[0], 'executor');
  const fresh = begin('Read the approved plan at /home/a/attachments/approved-plan.md and implement it.');
  assert.equal(slugs([...work, ...fresh])[0], 'executor');
  assert.equal(slugs([...task, ...plan], { subagent: 'review' })[0], 'planner');
  assert.equal(slugs(task, { threadSource: 'thread_title' })[0], 'executor');
});

test('a summary says what comes next, so the executor goes on from it; a new task is planned anew', () => {
  assert.equal(slugs(condensed('mend the parser'))[0], 'executor');
  assert.equal(slugs([...task, ...ran('ls', 0), ...user('Summarise.')], { requestKind: 'compaction' })[0], 'executor');
  assert.equal(slugs([...task, ...plan, ...patched(), ...said('Done.'), ...user('now write the docs')])[0], 'planner');
});

test('law: one of the two is tried first and the other after it, whatever was seen', () => {
  const kinds = fc.constantFrom('edited' as const, 'planned' as const, 'tests-failed' as const, 'compacted' as const);
  const events = fc.array(fc.record({ kind: kinds, step: fc.nat(5) }));
  fc.assert(
    fc.property(events, fc.nat(8), fc.boolean(), (seen, steps, planMode) => {
      const work = { ...NO_WORK, events: seen, steps, planMode };
      const planned = planRoute(testQuery('r', { work }), testView(models, [route]));
      assert.ok(planned.ok);
      assert.deepEqual(planned.plan.targets.map(({ model }) => model.slug).sort(), ['executor', 'planner']);
    }),
  );
});
