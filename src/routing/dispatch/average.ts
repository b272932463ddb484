/** A mean of samples that come at irregular times and lose weight as they age.
 *  @property weight  how many fresh samples it is worth, at `at`. @property at  ms since the epoch. */
export type Average = { readonly mean: number; readonly weight: number; readonly at: number };

export const NO_AVERAGE: Average = { mean: 0, weight: 0, at: 0 };

/** @param halfLifeMs  after which a sample counts half. @param share  of a whole sample that this one counts, 0 to 1. */
export function sampled(average: Average, value: number, at: number, halfLifeMs: number, share = 1): Average {
  const before = weightAt(average, at, halfLifeMs);
  const weight = before + share;
  return { mean: average.mean + ((value - average.mean) * share) / weight, weight, at: Math.max(at, average.at) };
}

export function weightAt(average: Average, at: number, halfLifeMs: number): number {
  return average.weight === 0 ? 0 : average.weight * 2 ** (-Math.max(0, at - average.at) / halfLifeMs);
}

/** The mean drawn towards what is assumed of a deployment that was never tried: what is known fades with its samples.
 *  @param priorWeight  how many fresh samples the assumption is worth. */
export function towards(average: Average, prior: number, priorWeight: number, at: number, halfLifeMs: number): number {
  const weight = weightAt(average, at, halfLifeMs);
  return (average.mean * weight + prior * priorWeight) / (weight + priorWeight);
}

/** A level that changes at moments, such as the length of a queue, with its mean over the recent past.
 *  @property level  now. @property mean  as of `at`. */
export type Level = { readonly level: number; readonly mean: number; readonly at: number };

export const NO_LEVEL: Level = { level: 0, mean: 0, at: 0 };

export function moved(before: Level, change: number, at: number, halfLifeMs: number): Level {
  return {
    level: Math.max(0, before.level + change),
    mean: levelMean(before, at, halfLifeMs),
    at: Math.max(at, before.at),
  };
}

export function levelMean({ level, mean, at: since }: Level, at: number, halfLifeMs: number): number {
  return level + (mean - level) * 2 ** (-Math.max(0, at - since) / halfLifeMs);
}

/** A sum over about the last `spanMs`: what is older fades. */
export type Decayed = { readonly sum: number; readonly at: number };

export const NO_SUM: Decayed = { sum: 0, at: 0 };

export function added(before: Decayed, value: number, at: number, spanMs: number): Decayed {
  return { sum: Math.max(0, sumAt(before, at, spanMs) + value), at: Math.max(at, before.at) };
}

export function sumAt({ sum, at: since }: Decayed, at: number, spanMs: number): number {
  return sum === 0 ? 0 : sum * Math.exp(-Math.max(0, at - since) / spanMs);
}
