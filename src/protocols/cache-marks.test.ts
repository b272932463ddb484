import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cacheMark, type MarkableTurn, turnsToMark } from './cache-marks.ts';

const model = (blocks: number): MarkableTurn => ({ speaker: 'model', blocks });
const others = (blocks: number): MarkableTurn => ({ speaker: 'others', blocks });

test('the last two turns that are not of the model, however large they are', () => {
  assert.deepEqual(turnsToMark([others(1)]), [0]);
  assert.deepEqual(turnsToMark([others(1), model(30), others(30)]), [2, 0]);
  assert.deepEqual(turnsToMark([]), []);
});

test('a third one beyond the look-back of the second', () => {
  const step = [model(2), others(2)];
  const turns = [others(1), ...step, ...step, ...step, ...step, ...step, ...step, ...step];
  // The second stands at 12; five steps of four blocks before it the look-back ends.
  assert.deepEqual(turnsToMark(turns), [14, 12, 2]);
});

test('law: at most three, all of the others, and a request finds where the one before it ended', () => {
  const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 })), { maxLength: 30 });
  fc.assert(
    fc.property(sizes, (steps) => {
      const before = [others(1), ...steps.flatMap(([made, answered]) => [model(made), others(answered)])];
      const after = [...before, model(3), others(40)];
      const marks = turnsToMark(after);
      assert.ok(marks.length <= 3);
      assert.ok(marks.every((at) => after[at]?.speaker === 'others'));
      assert.ok(marks.includes(before.length - 1));
    }),
  );
});

test('a mark lives as long as the provider has it, or as long as it is told', () => {
  assert.deepEqual(cacheMark({}), { type: 'ephemeral' });
  assert.deepEqual(cacheMark({ cacheLifetime: '1h' }), { type: 'ephemeral', ttl: '1h' });
});
