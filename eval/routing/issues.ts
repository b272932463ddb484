import { gradeTask } from '../../src/routing/classifier/grade-task.ts';
import { mean } from '../../src/statistics/quantile.ts';
import { readMatrix } from '../agentic/matrix.ts';
import { areaUnderCurve } from '../area-under-curve.ts';
import { gunzipped } from '../data.ts';

/** A strong model resolves at least this much more than a cheap one. */
const APART = 0.1;

/** What the words of an issue tell of who resolves it (SWE-bench Verified; evaluation only, nothing is trained on it).
 *  @property auc    of the shipped grade: how often an issue that only the strong model resolved has the higher chance than one
 *                   with another outcome; the mean over pairs of models. 0.5 is chance.
 *  @property byLength  the same of the issue's length. @property strong  the share of issues that begin with the strong model. */
export type IssueFigures = {
  readonly auc: number;
  readonly byLength: number;
  readonly pairs: number;
  readonly strong: number;
};

export function measureIssues(folder: string): IssueFigures {
  const { tasks, runs } = readMatrix(folder);
  const texts = new Map<string, string>();
  for (const line of gunzipped(folder, 'swebench/verified_problem_statements.jsonl.gz').trim().split('\n')) {
    const row: { instance_id: string; problem_statement: string } = JSON.parse(line);
    texts.set(row.instance_id, row.problem_statement);
  }
  const grades = tasks.map((task) => gradeTask({ text: texts.get(task) ?? '' }));
  const lengths = tasks.map((task) => texts.get(task)?.length ?? 0);
  const all = [...runs.values()].map((ofModel) => ofModel.map(({ resolved }) => resolved));
  const share = (resolved: readonly boolean[]): number => mean(resolved.map(Number));
  const outcomes = all.flatMap((strong) =>
    all
      .filter((cheap) => share(strong) >= share(cheap) + APART)
      .map((cheap) => strong.map((resolved, at) => resolved && cheap[at] !== true)),
  );
  const over = (scores: readonly number[]): number => mean(outcomes.map((wins) => areaUnderCurve(scores, wins)));
  return {
    auc: over(grades.map(({ strongWins }) => strongWins)),
    byLength: over(lengths),
    pairs: outcomes.length,
    strong: mean(grades.map(({ clear }) => (clear === 'strong' ? 1 : 0))),
  };
}
