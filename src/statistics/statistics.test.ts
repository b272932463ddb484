import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrapMean } from './bootstrap.ts';
import { expandedConfidence } from './expanded.ts';
import { mcnemar } from './mcnemar.ts';
import { mean, quantile } from './quantile.ts';
import { seededRandom, shuffled } from './random.ts';
import { wilson } from './wilson.ts';

test('a seed gives the same numbers again, another seed others, all from 0 to 1 and evenly', () => {
  const drawn = (seed: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 10_000 }, random);
  };
  assert.deepEqual(drawn(7), drawn(7));
  assert.notDeepEqual(drawn(7), drawn(8));
  assert.ok(drawn(7).every((value) => value >= 0 && value < 1));
  assert.ok(Math.abs(mean(drawn(7)) - 0.5) < 0.01);
});

test('shuffling keeps every item', () => {
  const items = Array.from({ length: 100 }, (_, index) => index);
  const mixed = shuffled(items, seededRandom(1));
  assert.notDeepEqual(mixed, items);
  assert.deepEqual(
    mixed.sort((one, other) => one - other),
    items,
  );
});

test('a quantile is the value of the nearest rank', () => {
  const values = [5, 1, 4, 2, 3];
  assert.equal(quantile(values, 0.5), 3);
  assert.equal(quantile(values, 0.95), 5);
  assert.equal(quantile(values, 0), 1);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test('the interval of a mean covers the true mean about as often as it says', () => {
  const random = seededRandom(3);
  let covered = 0;
  for (let run = 0; run < 200; run += 1) {
    const { low, high } = bootstrapMean(
      Array.from({ length: 60 }, () => random()),
      { random, resamples: 300 },
    );
    if (low <= 0.5 && high >= 0.5) covered += 1;
  }
  assert.ok(covered >= 178 && covered <= 200, `covered ${covered} of 200`);
});

test('McNemar as the textbook has it', () => {
  assert.equal(mcnemar(0, 0), 1);
  assert.equal(mcnemar(5, 5), 1);
  assert.ok(Math.abs(mcnemar(1, 9) - 22 / 1024) < 1e-12);
  assert.ok(mcnemar(2_000, 2_600) < 1e-12);
});

test("Wilson's interval as the textbook has it, and never empty", () => {
  const { low, high } = wilson(0.5, 10);
  assert.ok(Math.abs(low - 0.2366) < 1e-4 && Math.abs(high - 0.7634) < 1e-4);
  assert.ok(wilson(1, 5).low > 0.5 && wilson(1, 5).high === 1);
  assert.ok(wilson(0, 5).high < 0.5 && wilson(0, 5).low === 0);
  assert.deepEqual([wilson(0.3, 0).low, wilson(0.3, 0).high], [0, 1]);
});

test('few units ask for more confidence, many for what they say', () => {
  // Hesterberg's own table: 0.0010 and 0.0158 in each tail for 5 and 20 units.
  assert.ok(Math.abs((1 - expandedConfidence(5)) / 2 - 0.001) < 2e-4);
  assert.ok(Math.abs((1 - expandedConfidence(20)) / 2 - 0.0159) < 2e-4);
  assert.ok(Math.abs(expandedConfidence(10_000) - 0.95) < 1e-4);
});
