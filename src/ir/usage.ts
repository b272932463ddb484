/** Tokens of one call in classes that never overlap, except `reasoning`, which is a part of `output`. Non-negative integers. */
export type Usage = {
  readonly freshInput: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
};

export const NO_USAGE: Usage = { freshInput: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };

export function totalInput(usage: Usage): number {
  return usage.freshInput + usage.cacheRead + usage.cacheWrite;
}

/** Of two calls together. */
export function addUsage(one: Usage, other: Usage): Usage {
  return {
    freshInput: one.freshInput + other.freshInput,
    cacheRead: one.cacheRead + other.cacheRead,
    cacheWrite: one.cacheWrite + other.cacheWrite,
    output: one.output + other.output,
    reasoning: one.reasoning + other.reasoning,
  };
}

/** From a provider that counts cached tokens inside its input count (OpenAI's way). Numbers that contradict each
 *  other are clamped so that classes stay disjoint and non-negative. */
export function usageFromInclusive(counts: {
  readonly input: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output: number;
  readonly reasoning?: number;
}): Usage {
  const input = natural(counts.input);
  const cacheRead = Math.min(natural(counts.cacheRead), input);
  const cacheWrite = Math.min(natural(counts.cacheWrite), input - cacheRead);
  const output = natural(counts.output);
  return {
    freshInput: input - cacheRead - cacheWrite,
    cacheRead,
    cacheWrite,
    output,
    reasoning: Math.min(natural(counts.reasoning), output),
  };
}

/** More tokens than any call has: sums of such counts are still exact. */
const MAX_COUNT = 1_000_000_000_000;

/** A count from the wire: floored, bounded, and 0 for what is no count. */
export function natural(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.min(Math.floor(value), MAX_COUNT) : 0;
}
