import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaUnderCurve } from '../area-under-curve.ts';
import { nearDuplicates, tunedPart } from './splits.ts';

test('the part that is tuned on is always the same, and of its share', () => {
  const part = tunedPart(10_550);
  assert.deepEqual(part.slice(0, 4_000), tunedPart(4_000));
  // As many as were tuned on: another split would have been tuned on in part.
  assert.equal(part.filter(Boolean).length, 7_395);
});

test('texts that share most of their pieces are near-duplicates, others are not', () => {
  const text =
    'In the year 1815 a treaty was signed in a city on a river, by which the borders of many states were drawn anew.';
  assert.deepEqual(
    nearDuplicates([text.replace('anew', 'again'), 'Who drew the borders of many states?', 'Who?'], [text, 'Who?']),
    [true, false, true],
  );
  const asked = `After careful thought, answer this question and put your final answer into a box of its own, please. ${text}`;
  assert.deepEqual(nearDuplicates([text, asked], [asked]), [true, true]);
  assert.deepEqual(nearDuplicates([asked], [text]), [true]);
});

test('the area under the curve is the share of pairs in order', () => {
  assert.equal(areaUnderCurve([3, 2, 1], [true, false, false]), 1);
  assert.equal(areaUnderCurve([1, 1], [true, false]), 0.5);
});
