import type { Dictionary } from './dictionary.ts';
import type { Values } from './miner.ts';
import { isTime, isWhole, ranges } from './number-ranges.ts';

/** How the values of a changing part may be told.
 *  @property complete  every value can be found in it. */
export type ValueList = { readonly text: string; readonly complete: boolean };

/** Values with their numbers at most, where there are no more than this many. */
const MOST_COUNTED = 16;
/** Values that are as long are names given by machines: their last characters tell them apart. */
const LEAST_ABBREVIATED = 9;
const KEPT_CHARACTERS = 6;
const SHOWN_OF_MANY = 3;

/** The fullest first; what comes last is always short. */
export function valueLists(values: Values, dictionary: Dictionary): readonly ValueList[] {
  const entries = [...values.counts];
  const more = values.beyond === 0 ? '' : ` +${values.beyond} lines with others`;
  const list = (text: string, complete = more === ''): ValueList => ({ text: text + more, complete });
  const counted = entries.length <= MOST_COUNTED;
  if (!counted && entries.every(([value]) => isTime(value))) {
    return [list(`${entries.length} values from ${entries[0]?.[0]} to ${entries.at(-1)?.[0]}`)];
  }
  if (!counted && entries.every(([value]) => isWhole(value))) {
    return [list(ranges(entries.map(([value]) => Number(value)))), list(extent(entries), false)];
  }
  const lists: ValueList[] = [];
  const numbered = dictionary.lists.has(values) ? withNumbers(entries, dictionary, counted) : undefined;
  if (numbered === undefined) {
    lists.push(list((counted ? withCounts : plain)(entries)));
    const short = counted ? undefined : abbreviated(entries);
    if (short !== undefined) lists.push(list(short));
  } else lists.push(list(numbered));
  if (entries.length > SHOWN_OF_MANY) lists.push(list(few(entries), false));
  return lists;
}

type Entry = readonly [value: string, count: number];
type Entries = readonly Entry[];

/** `root×370 admin×13 guest`: the most frequent first. */
function withCounts(entries: Entries): string {
  return byCount(entries)
    .map(([value, count]) => withCount(value, count))
    .join(' ');
}

function withCount(value: string, count: number): string {
  return count === 1 ? value : `${value}×${count}`;
}

function byCount(entries: Entries): Entries {
  return entries.toSorted(([, one], [, other]) => other - one);
}

function plain(entries: Entries): string {
  return entries.map(([value]) => value).join(' ');
}

/** Values of the dictionary by their numbers, those that follow one another as one: `#1..22 #30`; then the others. */
function withNumbers(entries: Entries, { numberOf }: Dictionary, counted: boolean): string {
  const same = entries.every(([, count]) => count === entries[0]?.[1]);
  if (counted && !same) {
    return byCount(entries)
      .map(([value, count]) => withCount(numberOf.has(value) ? `#${numberOf.get(value)}` : value, count))
      .join(' ');
  }
  const numbers = entries.flatMap(([value]) => numberOf.get(value) ?? []);
  const others = entries.filter(([value]) => !numberOf.has(value));
  const known = ranges(numbers)
    .split(' ')
    .map((range) => `#${range}`);
  return [...known, ...others.map(([value]) => value)].join(' ');
}

function extent(entries: Entries): string {
  const numbers = entries.map(([value]) => Number(value));
  const least = numbers.reduce((one, other) => Math.min(one, other));
  const most = numbers.reduce((one, other) => Math.max(one, other));
  return `${entries.length} values from ${least} to ${most}`;
}

function few(entries: Entries): string {
  return `${withCounts(byCount(entries).slice(0, SHOWN_OF_MANY))} +${entries.length - SHOWN_OF_MANY} values`;
}

/** The first value, then the ends of all others: enough to tell whether a name came. */
function abbreviated(entries: Entries): string | undefined {
  if (!entries.every(([value]) => value.length >= LEAST_ABBREVIATED)) return undefined;
  const ends = new Set(entries.map(([value]) => value.slice(-KEPT_CHARACTERS)));
  if (ends.size < 0.98 * entries.length) return undefined;
  return `${entries[0]?.[0]} and by their last ${KEPT_CHARACTERS} characters: ${[...ends].slice(1).join(' ')}`;
}
