import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averageGapRecovered, gapRecovered, gapRecovery } from './apgr.ts';

test('equal scores recover in proportion: one half', () => {
  assert.equal(averageGapRecovered([1, 1, 1, 1], [1, 0, 0, 1]), 0.5);
});

test('the area is exact: one gain among four, found first or last', () => {
  assert.equal(averageGapRecovered([4, 3, 2, 1], [1, 0, 0, 0]), 0.875);
  assert.equal(averageGapRecovered([1, 2, 3, 4], [1, 0, 0, 0]), 0.125);
});

test('a prompt that only the cheap model solves counts against the strong one', () => {
  assert.equal(averageGapRecovered([3, 2, 1], [1, 1, -1]), (0.5 + 1.5 + 1.5) / 3);
  assert.equal(gapRecovered([3, 2, 1], [1, 1, -1], 2 / 3), 2);
});

test('of a sample a prompt may come several times', () => {
  assert.equal(gapRecovery([2, 1], [1, 0])([0, 0, 1]), 2 / 3);
});
