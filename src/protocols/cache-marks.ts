import type { Dialect } from '../ir/dialect.ts';
import type { JsonObject } from '../ir/json.ts';

/** A mark, as Anthropic has it and those who took it over. */
export function cacheMark({ cacheLifetime }: Pick<Dialect, 'cacheLifetime'>): JsonObject {
  return { type: 'ephemeral', ...(cacheLifetime === undefined ? {} : { ttl: cacheLifetime }) };
}

/** How many blocks a provider with explicit caching looks back from a mark for what an earlier request left at one.
 *  @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
const LOOKBACK = 20;

/** One side's turn. @property blocks  content blocks in it: texts, images, calls, results. */
export type MarkableTurn = { readonly speaker: 'model' | 'others'; readonly blocks: number };

/** The turns whose ends are marked, the newest first, three at most. Every request ends in a turn of the others and
 *  leaves its cache there, so that the ends of their turns are where a later one finds something:
 *  - the last one, for the next request;
 *  - the one before it, where the last request ended, however many calls and results have come since;
 *  - the nearest one that lies beyond the look-back of that, for a session that was served elsewhere in between.
 *  @param turns  no two of one speaker in a row. */
export function turnsToMark(turns: readonly MarkableTurn[]): readonly number[] {
  const marked: number[] = [];
  let blocksSince = 0;
  for (let at = turns.length - 1; at >= 0 && marked.length < 3; at -= 1) {
    const turn = turns[at];
    if (turn === undefined) break;
    if (turn.speaker === 'others' && (marked.length < 2 || blocksSince >= LOOKBACK)) {
      marked.push(at);
      blocksSince = 0;
    }
    blocksSince += turn.blocks;
  }
  return marked;
}
