import type { RateWindow } from '../../ir/rate-window.ts';
import type { DeploymentHealth, Flight, ToldWindows } from './health.ts';

/** Where a provider does not say when its window is whole again: as long as nearly all of them are. */
const USUAL_SPAN_MS = 60_000;

/** What is left of a key's windows, as last told, each refilling evenly, less what was sent since.
 *  @property tokens, requests  the least that is left of any. @property used  of the fullest, 0 to 1. */
export type Left = { readonly tokens: number; readonly requests: number; readonly used: number };

export function leftOf({ windows, at }: ToldWindows, flights: readonly Flight[], now: number): Left {
  let sentTokens = 0;
  let sentRequests = 0;
  for (const flight of flights) {
    if (flight.at < at) continue;
    sentTokens += flight.inputTokens;
    sentRequests += 1;
  }
  let tokens = Number.POSITIVE_INFINITY;
  let requests = Number.POSITIVE_INFINITY;
  let used = 0;
  for (const window of windows) {
    // What comes out is not known before it has come.
    if (window.counts === 'output-tokens') continue;
    const sent = window.counts === 'requests' ? sentRequests : sentTokens;
    const left = refilled(window, at, now) - sent;
    if (window.counts === 'requests') requests = Math.min(requests, left);
    else tokens = Math.min(tokens, left);
    if (window.limit !== undefined && window.limit > 0) used = Math.max(used, 1 - left / window.limit);
  }
  return { tokens, requests, used: Math.min(1, Math.max(0, used)) };
}

function refilled({ remaining, limit, resetAt }: RateWindow, at: number, now: number): number {
  const span = (resetAt ?? at + USUAL_SPAN_MS) - at;
  const share = span <= 0 ? 1 : Math.min(1, Math.max(0, (now - at) / span));
  if (limit === undefined) return share >= 1 ? Number.POSITIVE_INFINITY : remaining;
  return remaining + Math.max(0, limit - remaining) * share;
}

/** How much is used of the windows of the key that has the most left, 0 to 1; undefined where no window is known. */
export function windowPressure({ windows, flights }: DeploymentHealth, now: number): number | undefined {
  let least: number | undefined;
  for (const [credentialId, told] of windows) {
    const { used } = leftOf(told, ofKey(flights, credentialId), now);
    least = Math.min(least ?? used, used);
  }
  return least;
}

export function ofKey(flights: readonly Flight[], credentialId: string): readonly Flight[] {
  return flights.filter((flight) => (flight.credentialId ?? '') === credentialId);
}
