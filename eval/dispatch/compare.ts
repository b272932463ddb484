import { bootstrap, type Estimate } from '../../src/statistics/bootstrap.ts';
import type { Random } from '../../src/statistics/random.ts';
import type { Summary } from './summary.ts';

/** By how much a figure of one policy differs from another's, in percent: of each seed the ratio, and of these the
 *  geometric mean, so that a seed counts as much as another however hard it was. The interval: seeds resampled. */
export function relativeChange(
  ours: readonly Summary[],
  theirs: readonly Summary[],
  figure: keyof Summary,
  random: Random,
): Estimate {
  const logs = ours.map((one, index) => Math.log(one[figure] / (theirs[index]?.[figure] ?? Number.NaN)));
  return percent(
    bootstrap(
      logs.length,
      (indexes) => {
        let sum = 0;
        for (const index of indexes) sum += logs[index] ?? 0;
        return Math.exp(sum / indexes.length) - 1;
      },
      { random, resamples: 4_000 },
    ),
  );
}

/** The same of the means over the seeds, in which hard seeds count for more. */
export function changeOfMeans(
  ours: readonly Summary[],
  theirs: readonly Summary[],
  figure: keyof Summary,
  random: Random,
): Estimate {
  return percent(
    bootstrap(
      ours.length,
      (indexes) => {
        let [one, other] = [0, 0];
        for (const index of indexes) {
          one += ours[index]?.[figure] ?? 0;
          other += theirs[index]?.[figure] ?? 0;
        }
        return one / other - 1;
      },
      { random, resamples: 4_000 },
    ),
  );
}

/** The mean difference over the seeds, in hundredths of the figure: points, where the figure is a share. */
export function pointsApart(
  ours: readonly Summary[],
  theirs: readonly Summary[],
  figure: keyof Summary,
  random: Random,
): Estimate {
  return percent(
    bootstrap(
      ours.length,
      (indexes) => {
        let sum = 0;
        for (const index of indexes) sum += (ours[index]?.[figure] ?? 0) - (theirs[index]?.[figure] ?? 0);
        return sum / indexes.length;
      },
      { random, resamples: 4_000 },
    ),
  );
}

function percent({ value, low, high }: Estimate): Estimate {
  return { value: value * 100, low: low * 100, high: high * 100 };
}
