import type { RateWindow } from '../ir/rate-window.ts';
import type { Headers } from './protocol.ts';

/** What the headers of a reply, good or bad, tell of the provider's limits: `x-ratelimit-remaining-tokens` and its kin,
 *  as OpenAI names them and most others do, and `anthropic-ratelimit-tokens-remaining`.
 *  @param now  milliseconds since the epoch.
 *  @see https://platform.openai.com/docs/guides/rate-limits
 *  @see https://platform.claude.com/docs/en/api/rate-limits */
export function rateWindows(headers: Headers, now: number): readonly RateWindow[] {
  const windows: RateWindow[] = [];
  for (const { counts, remaining, limit, reset } of NAMES) {
    const left = count(headers[remaining]);
    if (left === undefined) continue;
    const whole = count(headers[limit]);
    const resetAt = momentOf(headers[reset], now);
    windows.push({
      counts,
      remaining: left,
      ...(whole === undefined ? {} : { limit: whole }),
      ...(resetAt === undefined ? {} : { resetAt }),
    });
  }
  return windows.length === 0 ? NONE : windows;
}

/** When the windows that are used up begin anew: the latest of them. @returns ms from now; undefined where none is told. */
export function usedUpForMs(windows: readonly RateWindow[], now: number): number | undefined {
  const resets = windows.flatMap(({ remaining, resetAt }) =>
    remaining === 0 && resetAt !== undefined ? [resetAt - now] : [],
  );
  return resets.length === 0 ? undefined : Math.max(0, ...resets);
}

const NONE: readonly RateWindow[] = [];

type Names = {
  readonly counts: RateWindow['counts'];
  readonly remaining: string;
  readonly limit: string;
  readonly reset: string;
};

const COUNTS: readonly RateWindow['counts'][] = ['requests', 'tokens', 'input-tokens', 'output-tokens'];
const NAMES: readonly Names[] = [
  ...COUNTS.slice(0, 2).map((counts) => ({
    counts,
    remaining: `x-ratelimit-remaining-${counts}`,
    limit: `x-ratelimit-limit-${counts}`,
    reset: `x-ratelimit-reset-${counts}`,
  })),
  // Those who count nothing but requests leave the word out.
  { counts: 'requests', remaining: 'x-ratelimit-remaining', limit: 'x-ratelimit-limit', reset: 'x-ratelimit-reset' },
  ...COUNTS.map((counts) => ({
    counts,
    remaining: `anthropic-ratelimit-${counts}-remaining`,
    limit: `anthropic-ratelimit-${counts}-limit`,
    reset: `anthropic-ratelimit-${counts}-reset`,
  })),
];

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,15}(\.\d+)?\s*$/.test(text) ? Math.floor(Number(text)) : undefined;
}

/** Numbers above are moments, in ms or in s since the epoch; below they are seconds from now. */
const EPOCH_MS = 1e11;
const EPOCH_S = 1e8;
/** The longest wait that is believed, in ms: a month. */
const LONGEST = 31 * 24 * 3_600_000;
const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** `6m0s`, `20ms`, `1.5s`, a number, or a date of RFC 3339 or HTTP. @returns ms since the epoch. */
function momentOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  const moment = numberedMoment(trimmed, now) ?? lastingMoment(trimmed, now) ?? dated(trimmed);
  return moment === undefined ? undefined : Math.min(Math.max(moment, now), now + LONGEST);
}

function numberedMoment(text: string, now: number): number | undefined {
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return value > EPOCH_MS ? value : value > EPOCH_S ? value * 1_000 : now + value * 1_000;
}

function lastingMoment(text: string, now: number): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
    if (isUnit(unit)) ms += Number(amount) * UNITS[unit];
  }
  return now + ms;
}

function isUnit(text: string | undefined): text is keyof typeof UNITS {
  return text !== undefined && Object.hasOwn(UNITS, text);
}

function dated(text: string): number | undefined {
  const at = /\d{4}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
