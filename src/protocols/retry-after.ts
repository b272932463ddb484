import type { Headers } from './protocol.ts';

/** The longest wait that is believed, in ms: a month. */
const LONGEST = 31 * 24 * 3_600_000;

/** How long a reply asks us to wait: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date.
 *  @param now  milliseconds since the epoch.
 *  @returns milliseconds, never negative; undefined where no header says it. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const exact = number(headers['retry-after-ms']);
  if (exact !== undefined) return Math.min(exact, LONGEST);
  const value = headers['retry-after'];
  const seconds = number(value);
  if (seconds !== undefined) return Math.min(Math.round(seconds * 1_000), LONGEST);
  const date = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), LONGEST);
}

/** The same from the words of an error: `try again in 1.5s`, `retry after 28 ms`, `in 2 minutes`. */
export function retryAfterWords(message: string): number | undefined {
  const match =
    /(?:try again|retry(?:ing)?)(?: again)?(?: in| after)\s+(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?)\b/i.exec(
      message,
    );
  const amount = number(match?.[1]);
  const unit = match?.[2]?.toLowerCase();
  if (amount === undefined || unit === undefined) return undefined;
  const scale = unit.startsWith('ms') || unit.startsWith('milli') ? 1 : unit.startsWith('m') ? 60_000 : 1_000;
  return Math.min(Math.round(amount * scale), LONGEST);
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
