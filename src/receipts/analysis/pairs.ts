import { bootstrap, type Estimate } from '../../statistics/bootstrap.ts';
import { expandedConfidence } from '../../statistics/expanded.ts';
import { mcnemar } from '../../statistics/mcnemar.ts';
import { mean } from '../../statistics/quantile.ts';
import { seededRandom } from '../../statistics/random.ts';
import type { Receipt } from '../receipt.ts';
import { meansByTask, passShares } from './models.ts';

/** Two models on the tasks that both were tried on.
 *  @property tasks        how many these are.
 *  @property better       tasks of which the first passed a greater share of its runs; `worse` the second; the rest are even.
 *  @property difference   share passed of the first less that of the second, with its interval; absent where there are
 *                         fewer than two tasks.
 *  @property probability  that a fair coin splits the tasks that differ so unevenly: McNemar's exact test where each task
 *                         ran once, the sign test over tasks where it ran more often.
 *  @property adjusted     the same, where several pairs are looked at (Holm).
 *  @property ratios       the first's sum by the second's, of the tasks where both are known. */
export type Pair = {
  readonly first: string;
  readonly second: string;
  readonly tasks: number;
  readonly better: number;
  readonly worse: number;
  readonly difference?: Estimate;
  readonly probability: number;
  readonly adjusted: number;
  readonly ratios: { readonly [F in Figure]?: Ratio };
};

/** @property range  absent below six tasks, where no interval would hold what it says. */
export type Ratio = { readonly value: number; readonly range?: Estimate; readonly tasks: number };

export const FIGURES = ['cost', 'time', 'tokens'] as const;
export type Figure = (typeof FIGURES)[number];

const OF: { readonly [F in Figure]: (run: Receipt) => number | undefined } = {
  cost: (run) => run.costNanoUsd,
  time: (run) => run.times.totalMs,
  tokens: ({ tokens }) => tokens.freshInput + tokens.cacheRead + tokens.cacheWrite + tokens.output,
};

const SEED = 20_261_126;
const RESAMPLES = 10_000;

/** @param models  in the order in which the report shows them. */
export function comparePairs(
  models: readonly string[],
  runsOf: (model: string) => readonly Receipt[],
): readonly Pair[] {
  const pairs = models.flatMap((first, index) =>
    models.slice(index + 1).map((second) => comparePair(first, second, runsOf(first), runsOf(second))),
  );
  return holm(pairs);
}

function comparePair(
  first: string,
  second: string,
  ones: readonly Receipt[],
  others: readonly Receipt[],
): Omit<Pair, 'adjusted'> {
  const both = matched(passShares(ones), passShares(others));
  const better = both.filter(([one, other]) => one > other).length;
  const worse = both.filter(([one, other]) => one < other).length;
  return {
    first,
    second,
    tasks: both.length,
    better,
    worse,
    ...(both.length < 2 ? {} : { difference: meanDifference(both) }),
    probability: mcnemar(better, worse),
    ratios: Object.fromEntries(
      FIGURES.flatMap((figure) => {
        const known = matched(meansByTask(ones, OF[figure]), meansByTask(others, OF[figure]));
        return known.every(([, other]) => other === 0) ? [] : [[figure, ratio(known)]];
      }),
    ),
  };
}

type Matched = readonly (readonly [number, number])[];

function matched(ones: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): Matched {
  return [...ones].flatMap(([task, one]) => {
    const other = others.get(task);
    return other === undefined ? [] : [[one, other] as const];
  });
}

/** A bootstrap over the tasks and two more, one even and one that falls either way like a coin: the plus-two rule of
 *  Agresti and Min (2005, doi 10.1002/sim.1781). Without them, tasks that all fall one way would give a range of nothing;
 *  measured on samples of five tasks, the plain bootstrap's 95% were as low as 39%, these 92%. */
function meanDifference(both: Matched): Estimate {
  const differences = both.map(([one, other]) => one - other);
  const drawn = bootstrap(
    both.length + 2,
    (indexes) => {
      let total = 0;
      for (const [place, index] of indexes.entries()) {
        // Where it was drawn has nothing to do with what was: as good as a coin.
        total += differences[index] ?? (index === both.length ? (place % 2 === 0 ? 1 : -1) : 0);
      }
      return total / indexes.length;
    },
    { random: seededRandom(SEED), resamples: RESAMPLES },
  );
  return { ...drawn, value: mean(differences) };
}

/** Below it the range is left out: measured on samples of three tasks, its 95% were 75%; from six on 92% and more. */
const FEWEST_FOR_RATIO = 6;

function ratio(known: Matched): Ratio {
  const of = (indexes: Iterable<number>): number => {
    let [one, other] = [0, 0];
    for (const index of indexes) {
      one += known[index]?.[0] ?? 0;
      other += known[index]?.[1] ?? 0;
    }
    return other === 0 ? Number.POSITIVE_INFINITY : one / other;
  };
  const tasks = known.length;
  if (tasks < FEWEST_FOR_RATIO) return { value: of(known.keys()), tasks };
  const options = { random: seededRandom(SEED), resamples: RESAMPLES, confidence: expandedConfidence(tasks) };
  const range = bootstrap(tasks, of, options);
  return { value: range.value, range, tasks };
}

/** Holm's step-down: the more pairs are looked at, the likelier one of them looks uneven by chance. */
function holm(pairs: readonly Omit<Pair, 'adjusted'>[]): readonly Pair[] {
  const ranked = [...pairs.keys()].sort(
    (one, other) => (pairs[one]?.probability ?? 1) - (pairs[other]?.probability ?? 1) || one - other,
  );
  const adjusted = new Map<number, number>();
  let highest = 0;
  for (const [rank, index] of ranked.entries()) {
    highest = Math.max(highest, Math.min(1, (pairs[index]?.probability ?? 1) * (pairs.length - rank)));
    adjusted.set(index, highest);
  }
  return pairs.map((pair, index) => ({ ...pair, adjusted: adjusted.get(index) ?? 1 }));
}
