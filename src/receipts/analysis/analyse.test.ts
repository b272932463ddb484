import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../statistics/random.ts';
import { hashOf, receiptOf } from '../testing/receipts.ts';
import { analyse } from './analyse.ts';
import { byName } from './runs.ts';

const NAMES = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'a10'];

test('pairs are compared task by task, with the exact test', () => {
  const analysis = analyse(
    NAMES.flatMap((task, index) => [
      receiptOf({ task, model: 'alpha', verdict: index < 9 ? 'passed' : 'failed' }),
      receiptOf({ task, model: 'beta', verdict: index === 9 ? 'passed' : 'failed' }),
    ]),
  );
  const [pair] = analysis.pairs;
  assert.equal(analysis.pairs.length, 1);
  assert.deepEqual([pair?.better, pair?.worse, pair?.tasks], [9, 1, 10]);
  assert.ok(Math.abs((pair?.probability ?? 0) - 22 / 1024) < 1e-12);
  assert.ok(Math.abs((pair?.difference?.value ?? 0) - 0.8) < 1e-12);
  assert.ok((pair?.difference?.low ?? 0) > 0.2 && (pair?.difference?.high ?? 9) <= 1);
  assert.deepEqual(analysis.tasks, NAMES);
});

test('no range pretends to know what a few tasks cannot tell', () => {
  const of = (tasks: number) =>
    analyse(
      NAMES.slice(0, tasks).flatMap((task) => [
        receiptOf({ task, model: 'alpha', verdict: 'passed', costNanoUsd: 2 }),
        receiptOf({ task, model: 'beta', verdict: 'failed', costNanoUsd: 1 }),
      ]),
    ).pairs[0];
  assert.equal(of(1)?.difference, undefined);
  for (const tasks of [2, 5, 10]) {
    const { value, low, high } = of(tasks)?.difference ?? { value: 0, low: 0, high: 0 };
    assert.equal(value, 1);
    assert.ok(low < 0.9 && high === 1, `${tasks} tasks: ${low} to ${high}`);
  }
  assert.ok((of(10)?.difference?.low ?? 0) > (of(2)?.difference?.low ?? 1));
  assert.equal(of(5)?.ratios.cost?.value, 2);
  assert.equal(of(5)?.ratios.cost?.range, undefined);
  assert.deepEqual(of(6)?.ratios.cost?.range, { value: 2, low: 2, high: 2 });
});

test('the 95% of a difference and of a ratio hold what they say on few tasks', () => {
  const random = seededRandom(11);
  const spread = (): number => Math.exp(0.8 * (random() + random() + random() - 1.5));
  let [held, heldRatio] = [0, 0];
  const samples = 120;
  for (let sample = 0; sample < samples; sample += 1) {
    const [pair] = analyse(
      NAMES.slice(0, 8).flatMap((task) => {
        const size = spread();
        const costOf = (scale: number): number => Math.round(1e9 * scale * size * spread());
        return [
          receiptOf({ task, model: 'alpha', verdict: random() < 0.8 ? 'passed' : 'failed', costNanoUsd: costOf(1) }),
          receiptOf({ task, model: 'beta', verdict: random() < 0.4 ? 'passed' : 'failed', costNanoUsd: costOf(2) }),
        ];
      }),
    ).pairs;
    const [sign, ratio] = pair?.first === 'alpha' ? [1, 0.5] : [-1, 2];
    const { low, high } = pair?.difference ?? { low: 9, high: 9 };
    if (low <= sign * 0.4 && high >= sign * 0.4) held += 1;
    const { range } = pair?.ratios.cost ?? {};
    if (range !== undefined && range.low <= ratio && range.high >= ratio) heldRatio += 1;
  }
  assert.ok(held / samples >= 0.91, `difference ${held} of ${samples}`);
  assert.ok(heldRatio / samples >= 0.87, `ratio ${heldRatio} of ${samples}`);
});

test('repetitions are no further tasks', () => {
  const of = (repetitions: number) =>
    analyse(
      NAMES.flatMap((task, index) =>
        Array.from({ length: repetitions }, (_, at) =>
          ['alpha', 'beta'].map((model) =>
            receiptOf({
              task,
              model,
              repetition: at + 1,
              verdict: (model === 'alpha') === index < 6 ? 'passed' : 'failed',
            }),
          ),
        ).flat(),
      ),
    );
  assert.deepEqual(of(5).models[0]?.passRate, of(1).models[0]?.passRate);
  assert.equal(of(5).pairs[0]?.probability, of(1).pairs[0]?.probability);
  assert.deepEqual(of(5).pairs[0]?.difference, of(1).pairs[0]?.difference);
});

test('ratios are of sums, and of the tasks where both costs are known', () => {
  const analysis = analyse([
    receiptOf({ task: 'a', model: 'alpha', costNanoUsd: 10 }),
    receiptOf({ task: 'b', model: 'alpha', costNanoUsd: 30 }),
    receiptOf({ task: 'c', model: 'alpha', costNanoUsd: 500 }),
    receiptOf({ task: 'a', model: 'beta', costNanoUsd: 40 }),
    receiptOf({ task: 'b', model: 'beta', costNanoUsd: 40 }),
    (({ costNanoUsd: _, ...rest }) => rest)(receiptOf({ task: 'c', model: 'beta' })),
  ]);
  const [pair] = analysis.pairs;
  const [alphaFirst] = [pair?.first === 'alpha'];
  assert.equal(pair?.ratios.cost?.value, alphaFirst ? 0.5 : 2);
  assert.equal(pair?.ratios.cost?.tasks, 2);
  assert.equal(analysis.models.find(({ model }) => model === 'beta')?.priced, 2);
  assert.equal(analysis.models.find(({ model }) => model === 'beta')?.passedCost, undefined);
});

test('the last receipt of a run counts, the newest version of a task, and no run whose setup failed', () => {
  const analysis = analyse([
    receiptOf({ run: 'compare-1', verdict: 'error', stage: 'codex', startedAt: 1 }),
    receiptOf({ run: 'compare-2', verdict: 'passed', startedAt: 2 }),
    receiptOf({ run: 'compare-3', task: 'changed', taskHash: hashOf('old'), startedAt: 1 }),
    receiptOf({ run: 'compare-4', task: 'changed', taskHash: hashOf('new'), startedAt: 2, verdict: 'failed' }),
    receiptOf({ run: 'compare-5', task: 'broken', verdict: 'error', stage: 'setup' }),
  ]);
  assert.deepEqual(
    analysis.runs.map(({ run }) => run),
    ['compare-2', 'compare-4'],
  );
  assert.equal(analysis.repeated, 1);
  assert.equal(analysis.outdated, 1);
  assert.deepEqual(
    analysis.unmade.map(({ run }) => run),
    ['compare-5'],
  );
});

test('what was uneven between the models is told', () => {
  const { made } = analyse([
    receiptOf({ task: 'a', model: 'alpha', base: '1'.repeat(40) }),
    receiptOf({ task: 'a', model: 'beta', base: '2'.repeat(40) }),
    receiptOf({ task: 'b', model: 'alpha' }),
    receiptOf({ task: 'b', model: 'alpha', repetition: 2 }),
    receiptOf({ task: 'b', model: 'beta' }),
  ]);
  assert.deepEqual(made.uneven, ['b']);
  assert.deepEqual(made.shifted, ['a']);
  assert.equal(made.repetitions, 2);
});

test('several pairs are held against chance together', () => {
  const verdictOf = (model: string, index: number) =>
    model === 'alpha' || (model === 'beta' && index < 4) ? 'passed' : 'failed';
  const { pairs } = analyse(
    NAMES.flatMap((task, index) =>
      ['alpha', 'beta', 'gamma'].map((model) => receiptOf({ task, model, verdict: verdictOf(model, index) })),
    ),
  );
  assert.equal(pairs.length, 3);
  for (const pair of pairs) assert.ok(pair.adjusted >= pair.probability);
  const least = pairs.find((pair) => pair.first === 'alpha' && pair.second === 'gamma');
  assert.ok(Math.abs((least?.adjusted ?? 0) - (3 * 2) / 1024) < 1e-12);
});

test('numbers in names count as numbers', () => {
  assert.deepEqual(['t10', 't9', 't', 'a-2b', 'a-2a', 'T1'].sort(byName), ['T1', 'a-2a', 'a-2b', 't', 't9', 't10']);
});
