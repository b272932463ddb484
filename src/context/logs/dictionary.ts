import type { Values } from './miner.ts';

/** Long values that stand in several lists: each is written once, and in the lists by its number.
 *  @property values  in the order of their numbers, from 1. @property lists  those that are told by numbers. */
export type Dictionary = {
  readonly values: readonly string[];
  readonly numberOf: ReadonlyMap<string, number>;
  readonly lists: ReadonlySet<Values>;
};

const LEAST_CHARACTERS = 10;
/** A list that is not longer says its values itself. */
export const SHORT_LIST = 3;

/** A list of which less stands in others is told without numbers. */
const LEAST_SHARE = 0.6;

export function findDictionary(lists: readonly Values[]): Dictionary {
  const long = lists.filter(({ counts }) => counts.size > SHORT_LIST);
  const often = shared(long);
  const mostly = long.filter(({ counts }) => {
    let known = 0;
    for (const value of counts.keys()) if (often.has(value)) known += 1;
    return known >= LEAST_SHARE * counts.size;
  });
  const values = [...shared(mostly)];
  return { values, numberOf: new Map(values.map((value, index) => [value, index + 1])), lists: new Set(mostly) };
}

/** Values that are long and stand in more than one list, in the order of their first. */
function shared(lists: readonly Values[]): ReadonlySet<string> {
  const times = new Map<string, number>();
  for (const { counts } of lists) {
    for (const value of counts.keys()) {
      if (value.length >= LEAST_CHARACTERS) times.set(value, (times.get(value) ?? 0) + 1);
    }
  }
  return new Set([...times].filter(([, count]) => count > 1).map(([value]) => value));
}

const MARKED_EACH = 10;

/** `#1 one two ... #11 eleven ...` */
export function dictionaryText({ values }: Dictionary): string {
  return values.map((value, index) => (index % MARKED_EACH === 0 ? `#${index + 1} ${value}` : value)).join(' ');
}
