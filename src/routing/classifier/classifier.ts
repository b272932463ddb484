import { BUCKETS, type Features, structureValues } from './features.ts';
import { STRUCTURE_NAMES } from './structure.ts';

/** One logistic regression.
 *  @property words      a weight a bucket, as a multiple of `step`, -127 to 127.
 *  @property structure  a weight a name, for texts that offer answers, then the same for those that do not.
 *  @property bias       of texts that offer answers, then of those that do not. */
export type Head = {
  readonly words: Int8Array;
  readonly step: number;
  readonly structure: readonly number[];
  readonly bias: readonly [number, number];
};

/** Two chances from one text, and what their difference means.
 *  @property cheap, strong   chances that a cheap and that a strong model succeed.
 *  @property means, deviations  of the structure over the texts of the training: a number a name for texts that offer
 *                               answers, then the same for those that do not.
 *  @property slope, intercept   of Platt's calibration: from the expected gain to the chance that the strong model alone
 *                               succeeds. The slope is above 0, so the order of texts is that of the gain.
 *  @property thresholds      of that chance, for texts that offer answers and for those that do not. */
export type Classifier = {
  readonly cheap: Head;
  readonly strong: Head;
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly slope: number;
  readonly intercept: number;
  readonly thresholds: readonly [Thresholds, Thresholds];
};

/** Up to `cheap` a text is clearly for the cheap model, from `strong` on clearly for the strong one. */
export type Thresholds = { readonly cheap: number; readonly strong: number };

/** @property cheap, strong  chances of success, 0 to 1. @property gain  strong less cheap: what the strong model adds.
 *  @property strongWins  the calibrated chance that the strong model succeeds where the cheap one fails. */
export type Chances = {
  readonly cheap: number;
  readonly strong: number;
  readonly gain: number;
  readonly strongWins: number;
};

/** Numbers of the structure beyond this many deviations count as that many. */
const FARTHEST = 3;

export function chancesOf(classifier: Classifier, features: Features): Chances {
  const standard = standardised(classifier, features);
  const cheap = sigmoid(scoreOf(classifier.cheap, features, standard));
  const strong = sigmoid(scoreOf(classifier.strong, features, standard));
  const gain = strong - cheap;
  return { cheap, strong, gain, strongWins: sigmoid(classifier.slope * gain + classifier.intercept) };
}

/** @returns the structure in deviations from the mean of texts of its form. */
export function standardised(
  { means, deviations }: Pick<Classifier, 'means' | 'deviations'>,
  features: Features,
): number[] {
  const from = features.options > 0 ? 0 : STRUCTURE_NAMES.length;
  return structureValues(features.structure).map((value, at) => {
    const deviation = (value - (means[from + at] ?? 0)) / (deviations[from + at] ?? 1);
    return Math.max(-FARTHEST, Math.min(FARTHEST, deviation));
  });
}

export function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

function scoreOf(head: Head, { buckets, values, options }: Features, standard: readonly number[]): number {
  let words = 0;
  for (let at = 0; at < buckets.length; at += 1) words += (head.words[buckets[at] ?? 0] ?? 0) * (values[at] ?? 0);
  const form = options > 0 ? 0 : 1;
  let score = words * head.step + head.bias[form];
  const from = form * STRUCTURE_NAMES.length;
  for (const [at, value] of standard.entries()) score += (head.structure[from + at] ?? 0) * value;
  return score;
}

/** A classifier as it stands in a file: the weights of words in base64, the rest as numbers. */
export type StoredClassifier = Omit<Classifier, 'cheap' | 'strong'> & {
  readonly cheap: StoredHead;
  readonly strong: StoredHead;
};
type StoredHead = Omit<Head, 'words'> & { readonly words: string };

/** @throws RangeError if the weights are not as many as the buckets: another version's file. */
export function decodeClassifier({ cheap, strong, ...rest }: StoredClassifier): Classifier {
  return { ...rest, cheap: decodeHead(cheap), strong: decodeHead(strong) };
}

export function encodeClassifier({ cheap, strong, ...rest }: Classifier): StoredClassifier {
  const encode = (head: Head): StoredHead => ({ ...head, words: Buffer.from(head.words).toString('base64') });
  return { ...rest, cheap: encode(cheap), strong: encode(strong) };
}

function decodeHead(head: StoredHead): Head {
  const bytes = Buffer.from(head.words, 'base64');
  const { structure, words } = { structure: head.structure, words: Int8Array.from(bytes) };
  if (words.length !== BUCKETS || structure.length !== 2 * STRUCTURE_NAMES.length) {
    throw new RangeError(`${words.length} and ${structure.length} weights are not those of these features.`);
  }
  return { ...head, words };
}
