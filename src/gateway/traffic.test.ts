import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../ir/attempt.ts';
import type { Target } from '../providers/provider.ts';
import { testModel, testProvider } from '../providers/testing/provider.ts';
import { levelMean } from '../routing/dispatch/average.ts';
import { HALF_LIFE_MS } from '../routing/dispatch/health.ts';
import { DEFAULT_DISPATCH } from '../routing/dispatch/settings.ts';
import { planRoute } from '../routing/plan-route.ts';
import { testQuery, testView } from '../routing/testing/view.ts';
import { createTraffic } from './traffic.ts';

const targetOf = (id: string): Target => ({
  model: testModel(id, testProvider({ id }), { upstreamId: 'm' }),
  credential: null,
});
const attemptOf = ({ model }: Target, startedAt: number): Attempt => ({
  provider: model.provider.id,
  model: model.upstreamId,
  slug: model.slug,
  startedAt,
  firstTokenMs: 100,
  totalMs: 300,
});

function cell() {
  const clock = { now: 1_000 };
  const ended: Attempt[] = [];
  const made = createTraffic({
    dispatch: () => DEFAULT_DISPATCH,
    bounds: () => ({ length: 5, waitMs: 1_000 }),
    adapts: () => true,
    ended: (attempt) => void ended.push(attempt),
    now: () => clock.now,
  });
  return { ...made, clock, ended };
}

test('a call is known from its start to its end, its first token in between', () => {
  const { traffic, health, clock, ended } = cell();
  const target = targetOf('a');
  const call = traffic.started(target, 40, 0);
  assert.equal(health().get('a/m')?.flights.length, 1);
  clock.now += 100;
  call.firstToken();
  assert.equal(health().get('a/m')?.ttft.mean, 100);
  clock.now += 200;
  call.ended(attemptOf(target, 1_000));
  const known = health().get('a/m');
  assert.deepEqual([known?.flights.length, known?.latency.mean, known?.ttft.mean], [0, 300, 100]);
  assert.equal(ended.length, 1);
});

test('who waits is counted at each deployment once, until the wait is over', () => {
  const { traffic, health, clock } = cell();
  const over = traffic.waiting([targetOf('a'), targetOf('a'), targetOf('b')]);
  const levels = (): (number | undefined)[] => ['a/m', 'b/m'].map((name) => health().get(name)?.queue.level);
  assert.deepEqual(levels(), [1, 1]);
  clock.now += 60_000;
  over();
  assert.deepEqual(levels(), [0, 0]);
  const queue = health().get('a/m')?.queue;
  assert.ok(queue !== undefined && levelMean(queue, clock.now, HALF_LIFE_MS.queue) > 0.7);
});

test('a reset forgets what was learned and keeps what is under way', () => {
  const { traffic, health, reset } = cell();
  const [a, b] = [targetOf('a'), targetOf('b')];
  for (const target of [a, b]) traffic.started(target, 1, 0).ended(attemptOf(target, 1_000));
  const open = traffic.started(a, 1, 0);
  assert.equal(reset('nowhere/m'), 0);
  assert.equal(reset('a/m'), 1);
  assert.deepEqual([health().get('a/m')?.latency.weight, health().get('a/m')?.flights.length], [0, 1]);
  assert.equal(health().get('b/m')?.latency.weight, 1);
  assert.equal(reset(), 2);
  assert.equal(health().has('b/m'), false);
  open.ended(attemptOf(a, 1_000));
  assert.equal(health().get('a/m')?.flights.length, 0);
});

test('to plan over eight deployments and to tell of the call takes less than 50 µs', (t) => {
  const { traffic, health, clock } = cell();
  const models = Array.from({ length: 8 }, (_, at) => targetOf(`p${at}`).model);
  const [first, ...rest] = models.map(({ slug }) => slug);
  assert.ok(first !== undefined);
  const route = { slug: 'team', strategy: 'risk', targets: [first, ...rest] } as const;
  const query = testQuery('team', { inputTokens: 5_000, sessionId: 's' });
  const once = (at: number): void => {
    clock.now += 5;
    const planned = planRoute(query, {
      ...testView(models, [route]),
      now: clock.now,
      health: health(),
      draw: (at % 97) / 97,
    });
    assert.ok(planned.ok);
    const [target] = planned.plan.targets;
    assert.equal(traffic.standing(target, 5_000).state, 'free');
    const call = traffic.started(target, 5_000, 0);
    call.firstToken();
    call.ended(attemptOf(target, clock.now));
  };
  const batch = (): number => {
    const before = performance.now();
    for (let at = 0; at < 500; at += 1) once(at);
    return ((performance.now() - before) * 1_000) / 500;
  };
  const fastest = Math.min(...Array.from({ length: 20 }, batch));
  t.diagnostic(`${fastest.toFixed(1)} µs`);
  assert.ok(fastest < 50, `${fastest} µs`);
});
