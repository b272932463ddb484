import type { Estimate } from './bootstrap.ts';

/** The standard normal quantile of 0.975: 95% lie within. */
const Z = 1.959963984540054;

/** Wilson's 95% interval of a share: never empty and never beyond 0 and 1, also where all or none succeeded.
 *  @param share   0 to 1; need not be a multiple of 1/units, as where a unit's own share is a mean.
 *  @param units   independent ones. Source: Wilson (1927), doi 10.1080/01621459.1927.10502953
 *  @returns from 0 to 1 where there is no unit: nothing is known. */
export function wilson(share: number, units: number): Estimate {
  if (units === 0) return { value: Number.NaN, low: 0, high: 1 };
  const squared = (Z * Z) / units;
  const centre = (share + squared / 2) / (1 + squared);
  const half = (Z / (1 + squared)) * Math.sqrt((share * (1 - share)) / units + squared / (4 * units));
  return { value: share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
