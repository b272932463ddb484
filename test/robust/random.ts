/** A row of random numbers that the same seed always gives again. */
export type Random = {
  /** @returns a whole number from 0 up to `bound`, which it never is. */
  readonly below: (bound: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(list: readonly [T, ...T[]]) => T;
};

/** @param seeds  whole numbers that name the row together: a run's seed, the number of the input. */
export function randomOf(...seeds: readonly number[]): Random {
  let state = seeds.reduce((hash, seed) => mix(hash ^ seed), 0x9e3779b9);
  // Source of the generator: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c (mulberry32)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 0x1_0000_0000;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    chance: (share) => next() < share,
    pick: (list) => list[below(list.length)] ?? list[0],
  };
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 15), value | 1);
  hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61);
  return (hash ^ (hash >>> 14)) >>> 0;
}
