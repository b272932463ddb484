import type { Random } from '../../src/statistics/random.ts';

/** A normal deviate (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** With median 1. @param sigma  of its logarithm. */
export function logNormal(random: Random, sigma: number): number {
  return Math.exp(sigma * normal(random));
}

export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}
