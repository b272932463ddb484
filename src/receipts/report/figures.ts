import type { Estimate } from '../../statistics/bootstrap.ts';

/** Figures as a report shows them: the same text on every machine, whatever its language and time zone. */
export const UNKNOWN = '–';

/** A share as a percentage; whole, but where that would say all or none of what is not. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return UNKNOWN;
  const whole = Math.round(share * 100);
  const misleads = (whole === 100 && share < 1) || (whole === 0 && share > 0);
  return `${misleads ? (share * 100).toFixed(1) : whole}%`;
}

/** Percentage points with their sign: `+12`, `−5`, `0`. */
export function points(difference: number): string {
  const whole = Math.round(difference * 100);
  return whole > 0 ? `+${whole}` : whole < 0 ? `−${-whole}` : '0';
}

/** `50% to 90%` */
export function range({ low, high }: Estimate, show: (value: number) => string): string {
  return `${show(low)} to ${show(high)}`;
}

/** `0.42×` */
export function times(ratio: number): string {
  if (!Number.isFinite(ratio)) return UNKNOWN;
  if (ratio >= 100) return `${Math.round(ratio)}×`;
  return `${ratio.toFixed(ratio >= 10 ? 1 : 2)}×`;
}

/** @param ms  milliseconds. */
export function time(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return UNKNOWN;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(ms / 60_000);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param nanoUsd  absent where it is unknown, which is not zero. */
export function money(nanoUsd: number | undefined): string {
  if (nanoUsd === undefined) return UNKNOWN;
  const usd = nanoUsd / 1e9;
  if (usd === 0) return '$0';
  if (usd < 0.01) return `$${Number(usd.toPrecision(2)).toFixed(6).replace(/0+$/, '')}`;
  return `$${usd.toFixed(usd < 1 ? 3 : 2)}`;
}

/** `1 234 567`, with narrow spaces that do not break. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `12.3k`, `4.5M` */
export function tokens(value: number): string {
  if (value < 1_000) return String(value);
  if (value < 999_500) return `${(value / 1_000).toFixed(value < 99_950 ? 1 : 0)}k`;
  return `${(value / 1_000_000).toFixed(value < 99_950_000 ? 1 : 0)}M`;
}

/** A probability: `0.031`, `below 0.001`. */
export function probability(p: number): string {
  if (p < 0.001) return 'below 0.001';
  return p >= 0.995 ? '1' : p.toFixed(p < 0.1 ? 3 : 2);
}

/** `2026-11-26 17:03 UTC` @param at  ms since the epoch. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `3 tasks`, `1 task` */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c` */
export function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
