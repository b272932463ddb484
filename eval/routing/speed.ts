import { gradeTask } from '../../src/routing/classifier/grade-task.ts';
import { quantile } from '../../src/statistics/quantile.ts';

/** Milliseconds of the clock that one grade takes, over the texts.
 *  @property quickest  of several grades of a text in a row: what the grade itself costs. @property first  of them: with
 *                      cold memory, and with what else the machine did just then. */
export type GradeTimes = { readonly quickest: Spread; readonly first: Spread };
type Spread = { readonly median: number; readonly p99: number };

const WARM_UP = 500;
export const RUNS = 5;

export function timeGrades(texts: readonly string[]): GradeTimes {
  for (let at = 0; at < WARM_UP; at += 1) gradeTask({ text: texts[at % texts.length] ?? '' });
  const times = texts.map((text) =>
    Array.from({ length: RUNS }, () => {
      const startedAt = performance.now();
      gradeTask({ text });
      return performance.now() - startedAt;
    }),
  );
  const spread = (values: readonly number[]): Spread => ({
    median: quantile(values, 0.5),
    p99: quantile(values, 0.99),
  });
  return { quickest: spread(times.map((runs) => Math.min(...runs))), first: spread(times.map(([run = 0]) => run)) };
}
