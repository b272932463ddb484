import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longAfter, takenOver, verified } from './cascade.ts';
import type { Run } from './matrix.ts';

const run = (resolved: boolean, costUsd: number, calls = 10): Run => ({ resolved, costUsd, calls });
const near = (value: number, wanted: number): void =>
  assert.ok(Math.abs(value - wanted) < 1e-9, `${value}, not ${wanted}`);

test('a verifier that never errs sends up what failed, and nothing else', () => {
  const perfect = { miss: 0, alarm: 0 };
  assert.deepEqual(verified([run(true, 1), run(true, 10)], perfect), { resolved: 1, costUsd: 1, escalated: 0 });
  assert.deepEqual(verified([run(false, 1), run(true, 10)], perfect), { resolved: 1, costUsd: 11, escalated: 1 });
  assert.deepEqual(verified([run(false, 1), run(false, 2), run(false, 10)], perfect), {
    resolved: 0,
    costUsd: 13,
    escalated: 1,
  });
});

test('its errors cost what they say: a wrong solution is kept, a right one is made again', () => {
  const errs = { miss: 0.2, alarm: 0.1 };
  const wrong = verified([run(false, 1), run(true, 10)], errs);
  near(wrong.resolved, 0.8);
  near(wrong.costUsd, 9);
  const right = verified([run(true, 1), run(false, 10)], errs);
  near(right.resolved, 0.9);
  near(right.costUsd, 2);
});

test('length alone hands over by the weights of the product, and pays for what was done by then', () => {
  assert.deepEqual([longAfter(0.5), longAfter(1), longAfter(1.5)], [40, 80, 120]);
  assert.deepEqual(takenOver(run(false, 1, 40), run(true, 10), 40), { resolved: 0, costUsd: 1, escalated: 0 });
  assert.deepEqual(takenOver(run(false, 1, 80), run(true, 10), 40), { resolved: 1, costUsd: 10.5, escalated: 1 });
});
