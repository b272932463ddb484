import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, summarise } from './statistics.ts';

test('medians of odd and even counts', () => {
  assert.deepEqual([median([3]), median([9, 1, 5]), median([4, 1, 3, 2])], [3, 5, 2.5]);
  assert.throws(() => median([]), RangeError);
});

test('no values have no summary', () => {
  assert.equal(summarise([]), undefined);
  assert.deepEqual(summarise([2, 4]), { median: 3, min: 2, max: 4 });
});
