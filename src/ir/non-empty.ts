export type NonEmpty<T> = readonly [T, ...T[]];

export function isNonEmpty<T>(list: readonly T[]): list is NonEmpty<T> {
  return list.length > 0;
}

/** Marks the place that an exhaustive switch must never reach. */
export function unreachable(value: never): never {
  throw new TypeError(`unhandled variant: ${JSON.stringify(value)}`);
}
