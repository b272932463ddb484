/** The value below which a share of the others lies, by the nearest rank: always one of the values.
 *  @param share  0 to 1. @returns NaN where there is no value. */
export function quantile(values: readonly number[], share: number): number {
  return quantileOfSorted(
    [...values].sort((one, other) => one - other),
    share,
  );
}

/** The same over values that stand in ascending order. */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1] ?? Number.NaN;
}

/** @returns NaN where there is no value. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
