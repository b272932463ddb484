import { gunzipped } from '../data.ts';

/** What one model made of one task. @property costUsd  of its whole run. @property calls  of the model: its replies. */
export type Run = { readonly resolved: boolean; readonly costUsd: number; readonly calls: number };

/** @property runs  of each model, one for each task, in the order of `tasks`. */
export type Matrix = { readonly tasks: readonly string[]; readonly runs: ReadonlyMap<string, readonly Run[]> };

/** Its flags do not add up to its published score. */
const LEFT_OUT = /^Claude 3\.7 Sonnet/;

/** The runs of SWE-bench Verified by one agent with many models (CC BY-NC 4.0: evaluation only). */
export function readMatrix(folder: string): Matrix {
  const [, ...lines] = gunzipped(folder, 'swebench/verified_minisweagent_25models.csv.gz').trim().split('\n');
  const byModel = new Map<string, Map<string, Run>>();
  for (const line of lines) {
    const [task = '', model = '', resolved, cost, calls] = line.split(',');
    if (LEFT_OUT.test(model)) continue;
    const runs = byModel.get(model) ?? new Map<string, Run>();
    runs.set(task, { resolved: resolved === '1', costUsd: Number(cost), calls: Number(calls) });
    byModel.set(model, runs);
  }
  const tasks = [...new Set([...byModel.values()].flatMap((runs) => [...runs.keys()]))].sort();
  const complete = [...byModel].filter(([, runs]) => tasks.every((task) => runs.has(task)));
  return {
    tasks,
    runs: new Map(
      complete.map(([model, runs]) => [
        model,
        tasks.flatMap((task): readonly Run[] => {
          const run = runs.get(task);
          return run === undefined ? [] : [run];
        }),
      ]),
    ),
  };
}
