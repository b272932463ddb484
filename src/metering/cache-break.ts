import { totalInput, type Usage } from '../ir/usage.ts';

/** Why a session did not find in a prompt cache what its last request had left there.
 *  - `moved`: another deployment or key served. @property from  provider/model, and the key where it alone changed;
 *    @property why  the holder failed, is configured no longer, or its cache was cold and the route's order held again.
 *  - `cold`: the provider keeps a cache for less time than the session rested.
 *  - `changed`: the body does not begin with the last one. @property kept  characters that it repeats. @property member
 *    of the body, in which the first difference lies.
 *  - `evicted`: the body does, whole, and the provider had forgotten it all the same.
 *  - `unknown`: one went as the client's own bytes and the other as our encoding, or they are too long to compare. */
export type CacheCause =
  | { readonly cause: 'moved'; readonly from: string; readonly why: 'failed' | 'gone' | 'cold' }
  | { readonly cause: 'cold'; readonly idleMs: number }
  | { readonly cause: 'changed'; readonly kept: number; readonly of: number; readonly member?: string }
  | { readonly cause: 'evicted'; readonly of: number }
  | { readonly cause: 'unknown' };

/** @property lostTokens   were cached before and are now paid as fresh input.
 *  @property lostNanoUsd  what they cost more for that, at the model that served; absent where it is unpriced. */
export type CacheBreak = CacheCause & { readonly lostTokens: number; readonly lostNanoUsd?: number };

/** The part of the input that came from a cache, 0 to 1; undefined where there was no input. */
export function cachedShare(usage: Usage): number | undefined {
  const input = totalInput(usage);
  return input === 0 ? undefined : usage.cacheRead / input;
}

/** Fewer tokens than these are no loss worth a word: providers count in blocks of up to 1,024. */
const MIN_HELD = 1_024;
/** A cache that gave so much of what it held was found. */
const FOUND = 0.8;

/** Tokens that an earlier request of the thread had in the cache, and that this one did not find. Prompts only grow, so
 *  that what was read or written once is read again with the next turn. A request with less input than the one before it
 *  began anew, and lost nothing. */
export function lostTokens(before: Usage, after: Usage): number {
  const held = before.cacheRead + before.cacheWrite;
  if (held < MIN_HELD || totalInput(after) < totalInput(before) || after.cacheRead >= FOUND * held) return 0;
  return held - after.cacheRead;
}

/** The same call as if it had found them. */
export function asIfFound(usage: Usage, lost: number): Usage {
  const fromFresh = Math.min(lost, usage.freshInput);
  const fromWrite = Math.min(lost - fromFresh, usage.cacheWrite);
  return {
    ...usage,
    freshInput: usage.freshInput - fromFresh,
    cacheWrite: usage.cacheWrite - fromWrite,
    cacheRead: usage.cacheRead + fromFresh + fromWrite,
  };
}
