import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { qualityOf } from './quality.ts';

const calls = (made: number, malformed: number, failedPatches: number) => ({ made, malformed, failedPatches });

test('the product of what was answered, whole, parsed and applied', () => {
  assert.equal(qualityOf({ completed: 4, incomplete: 0 }, calls(0, 0, 0), { made: 4, failed: 0 }), 1);
  const mixed = qualityOf({ completed: 9, incomplete: 1 }, calls(20, 1, 2), { made: 20, failed: 10 });
  assert.ok(Math.abs((mixed ?? 0) - 0.5 * 0.9 * 0.95 * 0.9) < 1e-12);
  assert.equal(qualityOf({ completed: 0, incomplete: 0 }, calls(0, 0, 0), { made: 3, failed: 3 }), 0);
  assert.equal(qualityOf({ completed: 0, incomplete: 0 }, calls(0, 0, 0), { made: 0, failed: 0 }), undefined);
});

test('law: from 0 to 1, and never better for a fault more', () => {
  const count = fc.nat({ max: 50 });
  fc.assert(
    fc.property(count, count, count, count, count, fc.integer({ min: 1, max: 50 }), count, (...counts) => {
      const [completed, incomplete, made, malformed, patches, tried, failed] = counts;
      const of = (more: number): number =>
        qualityOf({ completed, incomplete: incomplete + more }, calls(made, malformed + more, patches + more), {
          made: tried,
          failed: Math.min(tried, failed + more),
        }) ?? -1;
      assert.ok(of(0) >= 0 && of(0) <= 1);
      assert.ok(of(1) <= of(0) + 1e-12);
    }),
  );
});
