import { quantile } from '../statistics/quantile.ts';
import { isUnmade, type Receipt, type RunIdentity, runKey } from './receipt.ts';
import type { Task } from './tasks/task.ts';

/** One run of the plan. @property receipt  it is done. */
export type PlannedRun = {
  readonly task: Task;
  readonly model: string;
  readonly repetition: number;
  readonly receipt?: Receipt;
};

/** @property retryErrors  runs in which Codex ended with an error count as not done. Those whose setup failed always do. */
export type PlanOptions = {
  readonly models: readonly string[];
  readonly repetitions: number;
  readonly retryErrors: boolean;
};

/** All runs in the order in which they are begun. The models take turns in being first, and a repetition begins when each
 *  task had the one before: whatever changes with the hour meets all models alike, and a comparison that is stopped is
 *  still an even one. */
export function planRuns(
  tasks: readonly Task[],
  receipts: readonly Receipt[],
  { models, repetitions, retryErrors }: PlanOptions,
): readonly PlannedRun[] {
  const done = new Map(receipts.map((receipt) => [runKey(receipt), receipt]));
  return Array.from({ length: repetitions }, (_, round) =>
    tasks.flatMap((task, place) =>
      models.map((_, turn): PlannedRun => {
        const model = models[(turn + place + round) % models.length] ?? '';
        const run = { task, model, repetition: round + 1 };
        const receipt = done.get(runKey(identityOf(run)));
        const again = receipt === undefined || isUnmade(receipt) || (retryErrors && receipt.verdict === 'error');
        return again ? run : { ...run, receipt };
      }),
    ),
  ).flat();
}

export function identityOf({ task, model, repetition }: PlannedRun): RunIdentity {
  return { task: task.id, taskHash: task.hash, model, repetition };
}

/** What the runs that are left may take, by what earlier runs of the same task and model took, or of the model.
 *  @property guessed     runs with such an earlier run; the others are in no sum.
 *  @property costNanoUsd absent where no earlier cost is known. `priced`: of how many runs it is.
 *  @property atMostMs    were each run to use all the time that it has. */
export type Estimate = {
  readonly left: number;
  readonly guessed: number;
  readonly ms: number;
  readonly costNanoUsd?: number;
  readonly priced: number;
  readonly atMostMs: number;
};

/** @param parallel  how many run at once. */
export function estimate(runs: readonly PlannedRun[], receipts: readonly Receipt[], parallel: number): Estimate {
  const left = runs.filter((run) => run.receipt === undefined);
  const guesses = left.map(({ task, model }) => {
    const ofModel = receipts.filter((receipt) => receipt.model === model);
    const same = ofModel.filter((receipt) => receipt.task === task.id);
    return same.length > 0 ? same : ofModel;
  });
  const known = guesses.filter((group) => group.length > 0);
  const costs = known.flatMap((group) => median(group.flatMap((receipt) => receipt.costNanoUsd ?? [])) ?? []);
  const at = (total: number): number => Math.round(total / Math.min(parallel, Math.max(left.length, 1)));
  return {
    left: left.length,
    guessed: known.length,
    ms: at(sum(known.flatMap((group) => median(group.map((receipt) => receipt.times.totalMs)) ?? []))),
    ...(costs.length === 0 ? {} : { costNanoUsd: Math.round(sum(costs)) }),
    priced: costs.length,
    atMostMs: at(
      sum(
        left.map(
          ({ task }) => task.timeoutMs + task.checkTimeoutMs + (task.setup === undefined ? 0 : task.setupTimeoutMs),
        ),
      ),
    ),
  };
}

function median(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : quantile(values, 0.5);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
