import { type Classifier, chancesOf, decodeClassifier, type Thresholds } from './classifier.ts';
import { featuresOf, readPart } from './features.ts';
import { type Complexity, complexityOf } from './signs.ts';
import { WEIGHTS } from './weights.ts';

/** A piece of work before anything has happened. @property text  the user's words; 4,000 characters of them are read. */
export type TaskText = { readonly text: string };

/** @property strongWins  the calibrated chance, 0 to 1, that a strong model succeeds where a cheap one fails.
 *  @property gain        chance of success with the strong model less that with the cheap one. Orders as `strongWins` does.
 *  @property clear       whether the chance lies beyond one of the thresholds (docs/routing-grade.md), and beyond which.
 *  @property thresholds  those for a text of this form.
 *  @property complexity  by a table of rules, for `policy.task_provider_rules`.
 *  @property signs       what spoke for it, each a few words. */
export type Grade = {
  readonly strongWins: number;
  readonly gain: number;
  readonly clear: 'cheap' | 'strong' | 'unclear';
  readonly thresholds: Thresholds;
  readonly complexity: Complexity;
  readonly signs: readonly string[];
};

/** Grades a task here, by its words and form: no model is called and nothing is loaded. The same text has the same grade. */
export function gradeTask({ text }: TaskText): Grade {
  const classifier = shippedClassifier();
  const features = featuresOf(text);
  const { gain, strongWins } = chancesOf(classifier, features);
  const { cheap, strong } = classifier.thresholds[features.options > 0 ? 0 : 1];
  const clear = strongWins >= strong ? 'strong' : strongWins <= cheap ? 'cheap' : 'unclear';
  return { strongWins, gain, clear, thresholds: { cheap, strong }, ...complexityOf(readPart(text), features) };
}

/** Decoded once, by the first task that is graded: a gateway without an `auto` route never pays for it. */
let decoded: Classifier | undefined;

function shippedClassifier(): Classifier {
  decoded ??= decodeClassifier(JSON.parse(WEIGHTS));
  return decoded;
}
