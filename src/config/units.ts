import type { Price } from '../providers/provider.ts';

/** `500ms`, `10s`, `2m`, `1h`; a part may be a decimal. */
export const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
/** `512KB`, `64MB`, `1GB`; 1 KB is 1,024 bytes. */
export const SIZE = /^(\d+(?:\.\d+)?)(KB|MB|GB)$/;

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const BYTES: Readonly<Record<string, number>> = { KB: 1_024, MB: 1_048_576, GB: 1_073_741_824 };

/** @returns whole milliseconds. @throws RangeError for a text that is no duration. */
export function durationMs(text: string): number {
  return measure(text, DURATION, MILLISECONDS);
}

/** @returns whole bytes. @throws RangeError for a text that is no size. */
export function sizeBytes(text: string): number {
  return measure(text, SIZE, BYTES);
}

function measure(text: string, form: RegExp, units: Readonly<Record<string, number>>): number {
  const [, count, unit] = form.exec(text) ?? [];
  const factor = units[unit ?? ''];
  if (count === undefined || factor === undefined) throw new RangeError(`"${text}" has no unit that is known here`);
  return Math.round(Number(count) * factor);
}

/** @param usd  US dollars per million tokens. @returns nano-USD per token, which is a thousand times as much. */
export function priceFromUsd(usd: {
  readonly input: number;
  readonly cached_input?: number | undefined;
  readonly cache_write?: number | undefined;
  readonly output: number;
}): Price {
  return {
    input: nano(usd.input),
    ...(usd.cached_input === undefined ? {} : { cacheRead: nano(usd.cached_input) }),
    ...(usd.cache_write === undefined ? {} : { cacheWrite: nano(usd.cache_write) }),
    output: nano(usd.output),
  };
}

/** Decimal prices stay decimal: 0.14 dollars are 140, not 140.00000000000003. */
function nano(usd: number): number {
  return Number((usd * 1_000).toPrecision(12));
}
