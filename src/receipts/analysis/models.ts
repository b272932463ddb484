import { addUsage, NO_USAGE, type Usage } from '../../ir/usage.ts';
import type { Estimate } from '../../statistics/bootstrap.ts';
import { mean, quantile } from '../../statistics/quantile.ts';
import { wilson } from '../../statistics/wilson.ts';
import type { Receipt, Verdict } from '../receipt.ts';

/** What one model's runs came to.
 *  @property tasks       how many it was tried on: the units of its interval.
 *  @property passRate    mean over its tasks of the share of runs that passed, with Wilson's interval over the tasks.
 *  @property costNanoUsd sum over the runs whose cost is known; absent where none is.
 *  @property priced      how many these are.
 *  @property passedCost  nano-USD for each run that passed, the others' cost included; absent where a cost is unknown, or
 *                        nothing passed. */
export type ModelSummary = {
  readonly model: string;
  readonly tasks: number;
  readonly runs: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly passRate: Estimate;
  readonly tokens: Usage;
  readonly costNanoUsd?: number;
  readonly priced: number;
  readonly passedCost?: number;
  readonly medianMs: number;
  readonly slowestMs: number;
  readonly firstTokenMs?: number;
  readonly turns: number;
  readonly requests: number;
  readonly attempts: { readonly made: number; readonly failed: number };
  readonly toolCalls: Receipt['toolCalls'];
  readonly served: readonly Receipt['served'][number][];
};

/** @param runs  of one model, at least one. */
export function summarise(model: string, runs: readonly Receipt[]): ModelSummary {
  const shares = [...passShares(runs).values()];
  const costs = runs.flatMap((run) => run.costNanoUsd ?? []);
  const passed = runs.filter((run) => run.verdict === 'passed').length;
  const cost = sum(costs);
  const firstTokens = runs.flatMap((run) => run.times.firstTokenMs ?? []);
  const times = runs.map((run) => run.times.totalMs);
  return {
    model,
    tasks: shares.length,
    runs: runs.length,
    verdicts: {
      passed,
      failed: countOf(runs, 'failed'),
      timeout: countOf(runs, 'timeout'),
      error: countOf(runs, 'error'),
    },
    passRate: wilson(mean(shares), shares.length),
    tokens: runs.reduce<Usage>((total, run) => addUsage(total, run.tokens), NO_USAGE),
    ...(costs.length === 0 ? {} : { costNanoUsd: cost }),
    priced: costs.length,
    ...(costs.length < runs.length || passed === 0 ? {} : { passedCost: Math.round(cost / passed) }),
    medianMs: quantile(times, 0.5),
    slowestMs: Math.max(...times),
    ...(firstTokens.length === 0 ? {} : { firstTokenMs: quantile(firstTokens, 0.5) }),
    turns: sum(runs.map((run) => run.turns)),
    requests: sum(runs.map((run) => run.requests.made)),
    attempts: {
      made: sum(runs.map((run) => run.attempts.made)),
      failed: sum(runs.map((run) => run.attempts.failed)),
    },
    toolCalls: {
      made: sum(runs.map((run) => run.toolCalls.made)),
      malformed: sum(runs.map((run) => run.toolCalls.malformed)),
      failedPatches: sum(runs.map((run) => run.toolCalls.failedPatches)),
    },
    served: servers(runs),
  };
}

/** By task, the share of its runs that passed. */
export function passShares(runs: readonly Receipt[]): ReadonlyMap<string, number> {
  return meansByTask(runs, (run) => (run.verdict === 'passed' ? 1 : 0));
}

/** By task, the mean of a figure; a task is left out where one of its runs lacks it. */
export function meansByTask(
  runs: readonly Receipt[],
  figure: (run: Receipt) => number | undefined,
): ReadonlyMap<string, number> {
  const means = new Map<string, number>();
  for (const [task, own] of Map.groupBy(runs, (run) => run.task)) {
    const values = own.flatMap((run) => figure(run) ?? []);
    if (values.length === own.length) means.set(task, mean(values));
  }
  return means;
}

function servers(runs: readonly Receipt[]): readonly Receipt['served'][number][] {
  const all = runs.flatMap((run) => run.served);
  const groups = Map.groupBy(all, ({ slug, provider, model }) => JSON.stringify([slug, provider, model]));
  return [...groups.entries()]
    .flatMap(([key, group]) =>
      group[0] === undefined ? [] : [{ key, ...group[0], requests: sum(group.map((one) => one.requests)) }],
    )
    .sort((one, other) => other.requests - one.requests || (one.key < other.key ? -1 : 1))
    .map(({ slug, provider, model, requests }) => ({ slug, provider, model, requests }));
}

function countOf(runs: readonly Receipt[], verdict: Verdict): number {
  return runs.filter((run) => run.verdict === verdict).length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
