import type { Receipt } from '../receipt.ts';
import { type ModelSummary, summarise } from './models.ts';
import { comparePairs, type Pair } from './pairs.ts';
import { byName, type CountedRuns, countedRuns } from './runs.ts';

/** All that a report says, from the receipts alone. The same receipts in any order give the same.
 *  @property models  the one that passed most first; among equals the cheaper, then by name.
 *  @property tasks   by name. */
export type Analysis = Omit<CountedRuns, 'runs'> & {
  readonly runs: readonly Receipt[];
  readonly models: readonly ModelSummary[];
  readonly tasks: readonly string[];
  readonly pairs: readonly Pair[];
  readonly made: Provenance;
};

/** What the runs were made with: each different one once.
 *  @property repetitions  the most that any task had on any model.
 *  @property uneven       tasks that not every model was tried on equally often.
 *  @property shifted      tasks whose runs began with different files. */
export type Provenance = {
  readonly from: number;
  readonly to: number;
  readonly plugboard: readonly string[];
  readonly codex: readonly string[];
  readonly configHashes: readonly string[];
  readonly priceTables: readonly string[];
  readonly priceSources: readonly string[];
  readonly repetitions: number;
  readonly uneven: readonly string[];
  readonly shifted: readonly string[];
};

export function analyse(receipts: readonly Receipt[]): Analysis {
  const counted = countedRuns(receipts);
  const { runs } = counted;
  const byModel = Map.groupBy(runs, (run) => run.model);
  const models = [...byModel]
    .map(([model, own]) => summarise(model, own))
    .sort(
      (one, other) =>
        other.passRate.value - one.passRate.value ||
        (one.costNanoUsd ?? Number.MAX_VALUE) - (other.costNanoUsd ?? Number.MAX_VALUE) ||
        byName(one.model, other.model),
    );
  const names = models.map(({ model }) => model);
  const tasks = distinct(runs.map((run) => run.task));
  return {
    ...counted,
    models,
    tasks,
    pairs: comparePairs(names, (model) => byModel.get(model) ?? []),
    made: provenance(runs, tasks, names),
  };
}

function provenance(runs: readonly Receipt[], tasks: readonly string[], models: readonly string[]): Provenance {
  const counts = new Map<string, number>();
  for (const { task, model } of runs) counts.set(`${task}\n${model}`, (counts.get(`${task}\n${model}`) ?? 0) + 1);
  const uneven = tasks.filter((task) => new Set(models.map((model) => counts.get(`${task}\n${model}`) ?? 0)).size > 1);
  const shifted = tasks.filter(
    (task) => new Set(runs.flatMap((run) => (run.task === task ? (run.base ?? []) : []))).size > 1,
  );
  return {
    from: Math.min(...runs.map((run) => run.startedAt)),
    to: Math.max(...runs.map((run) => run.startedAt + Math.round(run.times.totalMs))),
    plugboard: distinct(runs.map((run) => run.plugboard)),
    codex: distinct(runs.map((run) => run.codex)),
    configHashes: distinct(runs.map((run) => run.configHash)),
    priceTables: distinct(runs.map((run) => run.prices.table)),
    priceSources: distinct(runs.flatMap((run) => run.prices.sources)),
    repetitions: Math.max(0, ...counts.values()),
    uneven,
    shifted,
  };
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort(byName);
}
