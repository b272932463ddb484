import { towards } from './average.ts';
import { type DeploymentHealth, HALF_LIFE_MS } from './health.ts';
import { valueAt } from './line.ts';
import { placesAt } from './places.ts';

/** Tokens of prompts that are sent and not yet answered: they are read before a new one is. */
export function toRead({ flights }: DeploymentHealth): number {
  let tokens = 0;
  for (const { firstTokenAt, freshTokens } of flights) if (firstTokenAt === undefined) tokens += freshTokens;
  return tokens;
}

/** The time to first token, in ms, of a request with so many tokens to be read before its reply, those of others
 *  included; without what is under way now. Undefined where nothing is known. */
export function foreseen(known: DeploymentHealth, tokens: number, now: number): number | undefined {
  if (known.reading.weight === 0) return undefined;
  const pace = towards(known.pace, 0, PACE_PRIOR, now, HALF_LIFE_MS.pace);
  const read = valueAt(known.reading, tokens) + untilPlaceMs(known, now);
  return Math.max(read, (waiting(known) + 1) * pace);
}

/** How long until a place comes free where all seem taken: places come free as evenly as calls end. */
function untilPlaceMs({ places, flights, latency }: DeploymentHealth, now: number): number {
  const count = placesAt(places, now);
  if (flights.length < count || latency.weight === 0) return 0;
  return ((flights.length - count + 1) / count) * latency.mean;
}

/** Calls that wait for their first token. */
export function waiting({ flights }: DeploymentHealth): number {
  let count = 0;
  for (const { firstTokenAt } of flights) if (firstTokenAt === undefined) count += 1;
  return count;
}

const PACE_PRIOR = 1;

/** How much longer than foreseen first tokens take now: by those that came of late, and by those that are overdue, of which
 *  a deployment that hangs or stalls has many long before any of them fails. */
export function delayed(known: DeploymentHealth, foreseenMs: number, now: number): number {
  const surge = towards(known.surge, 1, SURGE_PRIOR, now, HALF_LIFE_MS.surge);
  let overdue = 0;
  for (const { firstTokenAt, at, expectedMs } of known.flights) {
    if (firstTokenAt === undefined) overdue = Math.max(overdue, now - at - expectedMs);
  }
  return foreseenMs * surge + overdue;
}

const SURGE_PRIOR = 1;
