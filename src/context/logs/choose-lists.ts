import { estimateTokens } from '../estimate.ts';
import type { Dictionary } from './dictionary.ts';
import type { Values } from './miner.ts';
import { type ValueList, valueLists } from './value-list.ts';

/** Whose lists come first: those of patterns that tell of failures; last, what many patterns share. */
export const FAILURE = 0;
export const OTHER = 1;
export const COLUMN = 2;

/** A list that is to be told. @property rank  the lower come first. */
export type Wanted = { readonly values: Values; readonly rank: number };

/** Every list in its shortest form at first. Then all are made complete that there is room for, and of these all are told
 *  word by word that there is room for: those of a lower rank come first, then
 *  what is short.
 *  @param whole, words  tokens for complete lists, and for lists that are told word by word. */
export function chooseLists(
  wanted: readonly Wanted[],
  dictionary: Dictionary,
  whole: number,
  words: number,
): ReadonlyMap<Values, ValueList> {
  const all = wanted.map(({ values, rank }) => {
    const forms = valueLists(values, dictionary).map((list) => ({ list, tokens: estimateTokens(list.text) }));
    const least = forms.filter(({ list }) => list.complete).toSorted((one, other) => one.tokens - other.tokens)[0];
    return { values, rank, forms, least, chosen: forms.at(-1) };
  });
  const inOrder = all.toSorted(
    (one, other) => one.rank - other.rank || (one.least?.tokens ?? 0) - (other.least?.tokens ?? 0),
  );
  let spent = all.reduce((sum, { chosen }) => sum + (chosen?.tokens ?? 0), 0);
  for (const one of inOrder) {
    const more = (one.least?.tokens ?? 0) - (one.chosen?.tokens ?? 0);
    if (one.least === undefined || spent + more > (one.rank === COLUMN ? words : whole)) continue;
    spent += more;
    one.chosen = one.least;
  }
  for (const one of inOrder) {
    const now = one.chosen?.tokens ?? 0;
    const best = one.forms.find(({ tokens }) => tokens <= now || spent + tokens - now <= words);
    if (best === undefined || (one.chosen?.list.complete === best.list.complete && best.tokens < now)) continue;
    spent += best.tokens - now;
    one.chosen = best;
  }
  return new Map(all.flatMap(({ values, chosen }) => (chosen === undefined ? [] : [[values, chosen.list]])));
}
