/** McNemar's exact test of paired yes-or-no outcomes: could the pairs that differ have fallen so by a fair coin?
 *  @param onlyFirst   pairs in which the first alone succeeded. @param onlySecond  the second alone.
 *  @returns the two-sided probability, 1 where no pair differs. */
export function mcnemar(onlyFirst: number, onlySecond: number): number {
  const pairs = onlyFirst + onlySecond;
  if (pairs === 0) return 1;
  const fewer = Math.min(onlyFirst, onlySecond);
  // The sum of binomial terms, in logarithms, since 2^-n leaves the numbers there are beyond a thousand pairs.
  let logTerm = -pairs * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let successes = 1; successes <= fewer; successes += 1) {
    logTerm += Math.log(pairs - successes + 1) - Math.log(successes);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}
