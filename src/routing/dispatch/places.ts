/** How many calls a deployment seems to work on at once, by those that had to wait longer than what was to be read explains.
 *  @property count  Infinity where none had to. @property at  of the last evidence, ms since the epoch. */
export type Places = { readonly count: number; readonly at: number };

export const ANY_PLACES: Places = { count: Number.POSITIVE_INFINITY, at: 0 };

/** Without new evidence it is believed to have twice as many after so long: servers grow, and evidence may mislead. */
const DOUBLES_AFTER_MS = 60_000;
/** A call is late that took this many times what was foreseen, and longer by at least this much. */
const LATE = { times: 2.5, byMs: 150 } as const;

/** @param among  calls under way when this one started. @param foreseenMs  by what was to be read, places aside. */
export function afterFirstToken(places: Places, among: number, ttftMs: number, foreseenMs: number, at: number): Places {
  if (foreseenMs <= 0 || among === 0) return places;
  const count = placesAt(places, at);
  if (ttftMs > foreseenMs * LATE.times && ttftMs > foreseenMs + LATE.byMs) {
    return among < count ? { count: among, at } : { count, at };
  }
  return among >= count ? { count: among + 1, at } : places;
}

export function placesAt({ count, at: since }: Places, at: number): number {
  return count === Number.POSITIVE_INFINITY ? count : count * 2 ** (Math.max(0, at - since) / DOUBLES_AFTER_MS);
}
