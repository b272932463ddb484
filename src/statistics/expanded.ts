/** The confidence to ask a percentile bootstrap of few units for, so that its interval covers about as often as it says.
 *  Resampling few units finds too little spread, by n−1 in n, and takes no account of the spread itself being a guess, as
 *  Student's t does. Source: Hesterberg (2015), "What teachers should know about the bootstrap", section 5.3,
 *  doi 10.1080/00031305.2015.1089789
 *  @param units  at least 2. @returns for an interval of 95%. */
export function expandedConfidence(units: number): number {
  const wide = Math.sqrt(units / (units - 1)) * student975(units - 1);
  return 1 - 2 * upperTail(wide);
}

/** Student's t at 0.975: exact for one and two degrees of freedom, else by the expansion of Cornish and Fisher, which is
 *  good to a hundredth from three on. */
function student975(freedom: number): number {
  if (freedom === 1) return 12.706;
  if (freedom === 2) return 4.303;
  const z = 1.959963984540054;
  const [z3, z5, z7] = [z ** 3, z ** 5, z ** 7];
  return (
    z +
    (z3 + z) / (4 * freedom) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom ** 3)
  );
}

/** Probability of a standard normal beyond x, x at least 0: Abramowitz and Stegun 26.2.17, good to 7.5e-8. */
function upperTail(x: number): number {
  const t = 1 / (1 + 0.2316419 * x);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return Math.max(0, (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series);
}
