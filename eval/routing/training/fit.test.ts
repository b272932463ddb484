import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chancesOf, sigmoid } from '../../../src/routing/classifier/classifier.ts';
import { featuresOf } from '../../../src/routing/classifier/features.ts';
import { seededRandom } from '../../../src/statistics/random.ts';
import type { Example } from '../examples.ts';
import { fitClassifier, prepare } from './fit.ts';
import { fitLogistic } from './logistic.ts';
import { rowsOf } from './rows.ts';

test('logistic regression finds the weights that made its examples', () => {
  const random = seededRandom(1);
  const values = Array.from({ length: 20_000 }, () => [random() * 4 - 2, random() * 4 - 2]);
  const targets = values.map(([one = 0, other = 0]) => (random() < sigmoid(1.5 * one - 0.5 * other + 0.3) ? 1 : 0));
  const rows = rowsOf(
    values.map((row) => ({ indexes: [0, 1], values: row })),
    2,
  );
  const { weights, bias } = fitLogistic(rows, targets, { penalty: 1e-3, steps: 20 });
  for (const [found, made] of [
    [weights[0], 1.5],
    [weights[1], -0.5],
    [bias, 0.3],
  ] as const) {
    assert.ok(Math.abs((found ?? 0) - made) < 0.06, `${found}, not ${made}`);
  }
});

const examples = (count: number): readonly Example[] => {
  const random = seededRandom(2);
  return Array.from({ length: count }, (_, at) => {
    const hard = at % 2 === 0;
    const text = `${hard ? 'Prove the lemma' : 'Name the town'} number ${Math.floor(random() * 90)} ${at % 4 < 2 ? '' : '\nA. yes\nB. no'}`;
    return { bench: 'made', subject: 'made', text, cheap: random() < (hard ? 0.2 : 0.9) ? 1 : 0, strong: 0.9 };
  });
};

test('what tells the outcome apart is learned, in texts of either form, and the chance is about what happens', () => {
  const classifier = fitClassifier(prepare(examples(1_200)));
  for (const end of ['', '\nA. yes\nB. no']) {
    const hard = chancesOf(classifier, featuresOf(`Prove the lemma number 7 ${end}`));
    const easy = chancesOf(classifier, featuresOf(`Name the town number 7 ${end}`));
    assert.ok(hard.gain > easy.gain + 0.3, `${hard.gain} and ${easy.gain}`);
    assert.ok(Math.abs(hard.strongWins - 0.72) < 0.2, `${hard.strongWins}`);
    assert.ok(Math.abs(easy.strongWins - 0.09) < 0.2, `${easy.strongWins}`);
  }
});

test('the same examples make the same classifier', () => {
  const prepared = prepare(examples(300));
  assert.deepEqual(fitClassifier(prepared), fitClassifier(prepared));
});
