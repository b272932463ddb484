import {
  type Classifier,
  chancesOf,
  type Head,
  sigmoid,
  standardised,
  type Thresholds,
} from '../../../src/routing/classifier/classifier.ts';
import { BUCKETS, type Features, featuresOf, structureValues } from '../../../src/routing/classifier/features.ts';
import { STRUCTURE_NAMES } from '../../../src/routing/classifier/structure.ts';
import { mean, quantile } from '../../../src/statistics/quantile.ts';
import { seededRandom } from '../../../src/statistics/random.ts';
import type { Example } from '../examples.ts';
import { fitLogistic } from './logistic.ts';
import { type Rows, rowsOf } from './rows.ts';

/** An example with what the classifier reads of it, so that a text is read once however often it is trained on. */
export type Prepared = Example & { readonly features: Features };

export function prepare(examples: readonly Example[]): readonly Prepared[] {
  return examples.map((example) => ({ ...example, features: featuresOf(example.text) }));
}

/** @property penalty        of the weights, chosen by cross-validation on the part that is tuned on.
 *  @property structureSize  of a deviation of the structure beside a text's words, whose length is 1.
 *  @property rarity         the power of a bucket's inverse frequency that its words weigh with, in texts that offer answers. */
export type FitOptions = {
  readonly penalty: number;
  readonly structureSize: number;
  readonly rarity: number;
  readonly seed: number;
};

export const FIT: FitOptions = { penalty: 14, structureSize: 0.1, rarity: 0.5, seed: 4 };

const FORMS = 2;
const STRUCTURE_COLUMNS = FORMS * (STRUCTURE_NAMES.length + 1);
const FOLDS = 5;

/** The share of unseen examples that a threshold calls clear, for texts that offer answers and for those that do not. The
 *  latter are mostly work for agents, of which the training has none and of which words tell almost nothing: only the very
 *  highest chances count there. */
const CLEARLY_STRONG = [0.2, 0.05] as const;
const CLEARLY_CHEAP = [0.4, 0.05] as const;

/** The classifier of these examples. Its calibration comes from chances that each example was given by a classifier that had
 *  not seen it. */
export function fitClassifier(examples: readonly Prepared[], options: FitOptions = FIT): Classifier {
  const uncalibrated = fitHeads(examples, options);
  const random = seededRandom(options.seed);
  const folds = examples.map(() => Math.floor(random() * FOLDS));
  const gains: number[] = [];
  const wins: number[] = [];
  const forms: number[] = [];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const classifier = fitHeads(
      examples.filter((_, at) => folds[at] !== fold),
      options,
    );
    for (const [at, example] of examples.entries()) {
      if (folds[at] !== fold) continue;
      gains.push(chancesOf(classifier, example.features).gain);
      forms.push(example.features.options > 0 ? 0 : 1);
      wins.push(example.strong * (1 - example.cheap));
    }
  }
  const { slope, intercept } = calibrated(gains, wins);
  const thresholds = (form: 0 | 1): Thresholds => {
    const chances = gains.filter((_, at) => forms[at] === form).map((gain) => sigmoid(slope * gain + intercept));
    return { cheap: quantile(chances, CLEARLY_CHEAP[form]), strong: quantile(chances, 1 - CLEARLY_STRONG[form]) };
  };
  return { ...uncalibrated, slope, intercept, thresholds: [thresholds(0), thresholds(1)] };
}

/** Platt's calibration: one logistic regression on the gain.
 *  Source: Platt, Probabilistic outputs for support vector machines, 1999. */
function calibrated(gains: readonly number[], wins: readonly number[]): { slope: number; intercept: number } {
  const rows = rowsOf(
    gains.map((gain) => ({ indexes: [0], values: [gain] })),
    1,
  );
  const { weights, bias } = fitLogistic(rows, wins, { penalty: 1e-6, steps: 20 });
  return { slope: Math.max(1e-3, weights[0] ?? 0), intercept: bias };
}

/** Both regressions, not calibrated. Enough to order texts by. */
export function fitHeads(examples: readonly Prepared[], options: FitOptions = FIT): Classifier {
  const { means, deviations } = momentsOf(examples);
  const rarities = raritiesOf(examples, options.rarity);
  const rows = rowsOf(
    examples.map(({ features }) => rowOf(features, standardised({ means, deviations }, features))),
    BUCKETS + STRUCTURE_COLUMNS,
  );
  scaleColumns(rows, rarities, options.structureSize);
  const head = (targets: readonly number[]): Head => {
    const { weights, bias } = fitLogistic(rows, targets, { penalty: options.penalty });
    return headOf(weights, bias, rarities, options.structureSize);
  };
  return {
    cheap: head(examples.map(({ cheap }) => cheap)),
    strong: head(examples.map(({ strong }) => strong)),
    means,
    deviations,
    slope: 1,
    intercept: 0,
    thresholds: [
      { cheap: 0, strong: 1 },
      { cheap: 0, strong: 1 },
    ],
  };

  function rowOf({ buckets, values: words, options: offered }: Features, standard: readonly number[]) {
    const from = BUCKETS + (offered > 0 ? 0 : STRUCTURE_NAMES.length + 1);
    return {
      indexes: [...buckets, ...standard.map((_, at) => from + at), from + STRUCTURE_NAMES.length],
      // The last is the bias of the form. Ten deviations: hardly held back by the penalty.
      values: [...words, ...standard, 10],
    };
  }
}

function scaleColumns({ indexes, values }: Rows, rarities: Float64Array, structureSize: number): void {
  for (let at = 0; at < indexes.length; at += 1) {
    const column = indexes[at] ?? 0;
    values[at] = (values[at] ?? 0) * (column < BUCKETS ? (rarities[column] ?? 1) : structureSize);
  }
}

/** The weights of the unscaled columns, those of the words in 255 steps. */
function headOf(weights: Float64Array, bias: number, rarities: Float64Array, structureSize: number): Head {
  const words = weights.slice(0, BUCKETS).map((weight, bucket) => weight * (rarities[bucket] ?? 1));
  let largest = 0;
  for (const weight of words) largest = Math.max(largest, Math.abs(weight));
  const step = largest / 127;
  const rest = Array.from(weights.slice(BUCKETS), (weight) => Number((weight * structureSize).toPrecision(6)));
  const [offered, free] = [rest.slice(0, STRUCTURE_NAMES.length), rest.slice(STRUCTURE_NAMES.length + 1, -1)];
  return {
    words: Int8Array.from(words, (weight) => Math.round(weight / step)),
    step,
    structure: [...offered, ...free],
    bias: [bias + 10 * (rest[STRUCTURE_NAMES.length] ?? 0), bias + 10 * (rest.at(-1) ?? 0)],
  };
}

/** Rare words weigh more: the logarithm of the inverse share of texts with the bucket, to a power. In texts that offer no
 *  answers all words weigh the same, as cross-validation on word problems prefers. */
function raritiesOf(examples: readonly Prepared[], power: number): Float64Array {
  const texts = new Float64Array(BUCKETS);
  const offering = examples.filter(({ features }) => features.options > 0);
  for (const { features } of offering) {
    for (const bucket of new Set(features.buckets)) texts[bucket] = (texts[bucket] ?? 0) + 1;
  }
  return texts.map((count, bucket) =>
    bucket < BUCKETS / 2 ? Math.log((offering.length + 1) / (count + 1)) ** power : 1,
  );
}

function momentsOf(examples: readonly Prepared[]): { means: number[]; deviations: number[] } {
  const means: number[] = [];
  const deviations: number[] = [];
  for (const offered of [true, false]) {
    const values = examples
      .filter(({ features }) => features.options > 0 === offered)
      .map(({ features }) => structureValues(features.structure));
    for (const at of STRUCTURE_NAMES.keys()) {
      const average = mean(values.map((row) => row[at] ?? 0));
      means.push(average);
      deviations.push(Math.sqrt(mean(values.map((row) => ((row[at] ?? 0) - average) ** 2))) || 1);
    }
  }
  return { means, deviations };
}
