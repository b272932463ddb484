import { bootstrap, type Estimate } from '../../src/statistics/bootstrap.ts';
import { mean } from '../../src/statistics/quantile.ts';
import { seededRandom, shuffled } from '../../src/statistics/random.ts';
import { areaUnderCurve } from '../area-under-curve.ts';
import type { Evaluation, EvaluationOptions, Figure } from '../evaluation.ts';
import { longAfter, type Outcome, takenOver, type Verifier, verified } from './cascade.ts';
import { type Matrix, type Run, readMatrix } from './matrix.ts';

/** The verifier of the headline figure, stated beforehand: it takes one wrong solution in ten for right, and refuses one
 *  right one in ten. The others bracket it. */
const STATED: Verifier = { miss: 0.1, alarm: 0.1 };
const VERIFIERS: readonly Verifier[] = [
  { miss: 0, alarm: 0 },
  STATED,
  { miss: 0.2, alarm: 0.1 },
  { miss: 0.1, alarm: 0.3 },
  { miss: 0.3, alarm: 0.3 },
];
/** Replies after which a task is handed over. The last two are those of the product, at a patience of a half and of one. */
const LENGTHS = [10, 15, 20, 30, longAfter(0.5), longAfter(1)];

const SEED = 20_261_126;

/** A cascade on the runs of SWE-bench Verified: cheap models first, the strong one where something speaks against what they
 *  made. The ladder is chosen on one half of the tasks, and all figures are of the other. */
export async function evaluate({ data, quick, say }: EvaluationOptions): Promise<Evaluation> {
  if (data === undefined) return { figures: [], notes: ['The matrix of SWE-bench is missing.'] };
  const matrix = readMatrix(data);
  const order = shuffled(
    matrix.tasks.map((_, at) => at),
    seededRandom(SEED),
  );
  const half = order.length >> 1;
  const tuned = order.slice(0, half);
  const held = order.slice(half);
  const ladder = chooseLadder(matrix, tuned);
  say(`${ladder.join(', then ')}; chosen on ${tuned.length} tasks, measured on ${held.length}`);
  const tasks = held.map((at) => ladder.flatMap((model) => matrix.runs.get(model)?.[at] ?? []));
  const estimate = estimator(tasks, quick ? 200 : 2_000);
  const [cheap = '', strong = ''] = [ladder[0], ladder.at(-1)];
  const figures: Figure[] = [
    figure(
      `${strong} alone: resolved`,
      estimate((runs) => alone(runs.at(-1)), resolvedOf),
    ),
    figure(
      `${cheap} alone: resolved`,
      estimate(([run]) => alone(run), resolvedOf),
    ),
    figure(
      `${cheap} alone: cost, of the strong one's`,
      estimate(([run]) => alone(run), costOf),
    ),
  ];
  for (const verifier of VERIFIERS) {
    const outcome = (runs: readonly Run[]): Outcome => verified(runs, verifier);
    const words = `verifier that misses ${percent(verifier.miss)} and refuses ${percent(verifier.alarm)} of what is right`;
    const isStated = verifier === STATED;
    const resolved = figure(`${words}: resolved`, estimate(outcome, resolvedOf));
    const cost = figure(`${words}: cost, of the strong one's`, estimate(outcome, costOf));
    figures.push(
      isStated ? { ...resolved, bound: { at: 0.74, side: 'at-least' } } : resolved,
      isStated ? { ...cost, bound: { at: 0.5, side: 'at-most' } } : cost,
    );
  }
  for (const after of LENGTHS) {
    const outcome = (runs: readonly Run[]): Outcome => handedOver(runs, after);
    const words = `handed over after ${after} replies`;
    figures.push(
      figure(`${words}: tasks handed over`, estimate(outcome, escalatedOf)),
      figure(`${words}: resolved`, estimate(outcome, resolvedOf)),
      figure(`${words}: cost, of the strong one's`, estimate(outcome, costOf)),
      figure(`${words}: resolved more than by lot at the same share`, gainOverLot(tasks, after, quick ? 200 : 2_000)),
    );
  }
  figures.push(figure('replies of the cheap model as a sign of its failure (AUC)', auc(tasks, quick ? 100 : 500)));
  return {
    figures,
    notes: [
      `Ladder chosen on the tuning half: of all with at most ${MOST_RUNGS} rungs that end with the best model, the one that resolves most at half of that one's cost with the stated verifier (${percent(STATED.miss)} missed, ${percent(STATED.alarm)} refused); seed ${SEED}.`,
      'Intervals: 95 %, bootstrap over tasks. A model that takes over pays for its whole run and is as good as alone.',
      'Of the signs that the gateway sees, these runs record the number of replies alone, so the curve over replies knows nothing else: failing tests, patches and repeated calls are not in them.',
      'Costs are those that the agent reported, with prompt caches as its providers gave them. Nothing was trained on these runs.',
    ],
  };
}

/** The runs of one task, from the first rung to the last. */
type Runs = readonly Run[];

const resolvedOf = (outcomes: readonly Outcome[]): number => mean(outcomes.map(({ resolved }) => resolved));
const escalatedOf = (outcomes: readonly Outcome[]): number => mean(outcomes.map(({ escalated }) => escalated));
const costOf = (outcomes: readonly Outcome[], tasks: readonly Runs[]): number =>
  mean(outcomes.map(({ costUsd }) => costUsd)) / mean(tasks.map((runs) => runs.at(-1)?.costUsd ?? 0));

function alone(run: Run | undefined): Outcome {
  return { resolved: run?.resolved === true ? 1 : 0, costUsd: run?.costUsd ?? 0, escalated: 0 };
}

/** From the first rung to the last, without those between. */
function handedOver(runs: Runs, after: number): Outcome {
  const [cheap, strong] = [runs[0], runs.at(-1)];
  return cheap === undefined || strong === undefined ? alone(cheap) : takenOver(cheap, strong, after);
}

function estimator(tasks: readonly Runs[], resamples: number) {
  return (
    outcome: (runs: Runs) => Outcome,
    statistic: (outcomes: readonly Outcome[], tasks: readonly Runs[]) => number,
  ): Estimate => {
    const outcomes = tasks.map(outcome);
    const of = (indexes: Uint32Array): number => statistic(picked(outcomes, indexes), picked(tasks, indexes));
    return bootstrap(tasks.length, of, { random: seededRandom(SEED), resamples });
  };
}

/** Against handing over the same share of the tasks by lot. */
function gainOverLot(tasks: readonly Runs[], after: number, resamples: number): Estimate {
  const long = tasks.map((runs) => handedOver(runs, after));
  const of = (indexes: Uint32Array): number => {
    const outcomes = picked(long, indexes);
    const share = escalatedOf(outcomes);
    const lot = picked(tasks, indexes).map(
      (runs) => (1 - share) * alone(runs[0]).resolved + share * alone(runs.at(-1)).resolved,
    );
    return resolvedOf(outcomes) - mean(lot);
  };
  return bootstrap(tasks.length, of, { random: seededRandom(SEED), resamples });
}

/** How often a failed run is longer than a resolved one. */
function auc(tasks: readonly Runs[], resamples: number): Estimate {
  const of = (indexes: Uint32Array): number => {
    const runs = picked(tasks, indexes).flatMap(([cheap]) => cheap ?? []);
    return areaUnderCurve(
      runs.map(({ calls }) => calls),
      runs.map(({ resolved }) => !resolved),
    );
  };
  return bootstrap(tasks.length, of, { random: seededRandom(SEED), resamples });
}

/** A ladder that resolves as much as this one costs less where it has fewer rungs, so fewer are tried first.
 *  @param at  the tasks to choose by. */
function chooseLadder({ runs }: Matrix, at: readonly number[]): readonly string[] {
  const seen = new Map([...runs].map(([model, all]) => [model, at.flatMap((task) => all[task] ?? [])]));
  const solved = (model: string): number => mean((seen.get(model) ?? []).map(({ resolved }) => (resolved ? 1 : 0)));
  const [strong = '', ...others] = [...seen.keys()].toSorted((one, other) => solved(other) - solved(one));
  let best = { ladder: [strong], resolved: 0 };
  for (const ladder of laddersOf(others, strong)) {
    const tasks = at.map((_, place) => ladder.flatMap((model) => seen.get(model)?.[place] ?? []));
    const outcomes = tasks.map((one) => verified(one, STATED));
    const resolved = resolvedOf(outcomes);
    if (resolved > best.resolved && costOf(outcomes, tasks) <= 0.5) best = { ladder, resolved };
  }
  return best.ladder;
}

const MOST_RUNGS = 3;

function laddersOf(others: readonly string[], strong: string): readonly string[][] {
  const two = others.map((cheap) => [cheap, strong]);
  const three = others.flatMap((cheap) =>
    others.flatMap((middle) => (middle === cheap ? [] : [[cheap, middle, strong]])),
  );
  return [...two, ...three];
}

function picked<T>(items: readonly T[], indexes: Uint32Array): T[] {
  const all: T[] = [];
  for (const index of indexes) {
    const item = items[index];
    if (item !== undefined) all.push(item);
  }
  return all;
}

function figure(name: string, { value, low, high }: Estimate): Figure {
  return { name, value, low, high };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
