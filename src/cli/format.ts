/** Numbers and times as people read them. Unknown is a dash, never a zero. */
export const UNKNOWN = '-';

export function tokens(count: number | undefined): string {
  if (count === undefined) return UNKNOWN;
  if (count < 10_000) return String(count);
  if (count < 1_000_000) return `${Math.round(count / 1_000)}k`;
  return `${(count / 1_000_000).toFixed(count < 10_000_000 ? 1 : 0)}M`;
}

/** @param ms  milliseconds. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return UNKNOWN;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`;
}

/** @param nanoUsd  integer nano-USD; absent when unpriced. */
export function money(nanoUsd: number | undefined): string {
  if (nanoUsd === undefined) return 'unpriced';
  const usd = nanoUsd / 1e9;
  if (usd === 0) return '$0';
  if (usd < 0.01) return `$${usd.toFixed(6).replace(/0+$/, '')}`;
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

/** @param nanoUsdPerToken  as `Price` holds it; shown in USD per million tokens. */
export function pricePerMillion(nanoUsdPerToken: number): string {
  return `$${Number((nanoUsdPerToken / 1_000).toFixed(4))}`;
}

/** Local time, to the second: `2026-11-21 03:04:05`. @param at  ms since the epoch. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
