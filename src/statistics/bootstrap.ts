import { quantileOfSorted } from './quantile.ts';
import type { Random } from './random.ts';

/** A figure with the interval that resampling gives it. */
export type Estimate = { readonly value: number; readonly low: number; readonly high: number };

/** @property resamples   how many. @property confidence  0 to 1. */
export type BootstrapOptions = { readonly random: Random; readonly resamples?: number; readonly confidence?: number };

/** Percentile bootstrap (Efron): the statistic over samples drawn with replacement from the units given. Units, not rows:
 *  what belongs together (a task's runs, a seed's requests) is one unit, so that the interval does not pretend to more
 *  independence than there is.
 *  @param statistic  of the units at these indexes; it may be given an index several times. */
export function bootstrap(
  units: number,
  statistic: (indexes: Uint32Array) => number,
  { random, resamples = 1_000, confidence = 0.95 }: BootstrapOptions,
): Estimate {
  const indexes = Uint32Array.from({ length: units }, (_, index) => index);
  const value = statistic(indexes);
  const drawn = new Float64Array(resamples);
  for (let sample = 0; sample < resamples; sample += 1) {
    for (let at = 0; at < units; at += 1) indexes[at] = Math.floor(random() * units);
    drawn[sample] = statistic(indexes);
  }
  drawn.sort();
  const tail = (1 - confidence) / 2;
  return { value, low: quantileOfSorted(drawn, tail), high: quantileOfSorted(drawn, 1 - tail) };
}

/** The bootstrap of a mean. */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions): Estimate {
  return bootstrap(
    values.length,
    (indexes) => {
      let sum = 0;
      for (const index of indexes) sum += values[index] ?? 0;
      return sum / indexes.length;
    },
    options,
  );
}
