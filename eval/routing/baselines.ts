import type { Example } from './examples.ts';

/** A subject's mean counts as if so many examples of the overall mean came on top. */
const PRIOR_WEIGHT = 10;

/** The mean gain of each subject over the training: a router that is told the subject, which a gateway never is.
 *  @returns the score of an example. */
export function subjectPrior(training: readonly Example[]): (example: Example) => number {
  const gainOf = ({ strong, cheap }: Example): number => strong - cheap;
  const overall = training.reduce((sum, example) => sum + gainOf(example), 0) / training.length;
  const bySubject = new Map<string, { sum: number; count: number }>();
  for (const example of training) {
    const held = bySubject.get(example.subject) ?? { sum: 0, count: 0 };
    bySubject.set(example.subject, { sum: held.sum + gainOf(example), count: held.count + 1 });
  }
  return ({ subject }) => {
    const { sum, count } = bySubject.get(subject) ?? { sum: 0, count: 0 };
    return (sum + PRIOR_WEIGHT * overall) / (count + PRIOR_WEIGHT);
  };
}
