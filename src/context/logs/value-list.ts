import type { Values } from './miner.ts';

/** Values with their numbers at most, where there are no more than this many. */
const MOST_COUNTED = 16;
const LEAST_RUN = 3;
/** Values that are as long are names given by machines: their last characters tell them apart. */
const LEAST_ABBREVIATED = 12;
const KEPT_CHARACTERS = 6;
const SHOWN_OF_MANY = 3;

/** How the values of a changing part may be told, the fullest first; what comes last is always short.
 *  @property text     the list. @property before, after  what all values begin and end with, left out of the list: it
 *  belongs into the pattern. */
export type ValueList = { readonly text: string; readonly before: string; readonly after: string };

export function valueLists(values: Values): readonly ValueList[] {
  const entries = [...values.counts];
  const more = values.beyond === 0 ? '' : ` +${values.beyond} lines with others`;
  const bare = (text: string): ValueList => ({ text: text + more, before: '', after: '' });
  if (entries.length <= MOST_COUNTED)
    return [bare(counted(entries)), ...factored(entries, counted, more), few(entries, more)];
  const numbers = entries.every(([value]) => isWhole(value));
  if (numbers) return [bare(ranges(entries.map(([value]) => Number(value)))), extent(entries, more)];
  const lists = [bare(plain(entries)), ...factored(entries, plain, more)];
  const abbreviated = abbreviate(entries);
  if (abbreviated !== undefined) lists.push(bare(abbreviated));
  return [...lists, few(entries, more)];
}

type Entries = readonly (readonly [value: string, count: number])[];

/** `root×370 admin×13 guest`: the most frequent first. */
function counted(entries: Entries): string {
  return [...entries]
    .sort(([, one], [, other]) => other - one)
    .map(([value, count]) => (count === 1 ? value : `${value}×${count}`))
    .join(' ');
}

function plain(entries: Entries): string {
  return entries.map(([value]) => value).join(' ');
}

function isWhole(value: string): boolean {
  return /^(?:0|[1-9]\d{0,14})$/u.test(value);
}

/** `0..15 20 22..40` */
function ranges(values: readonly number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  const pieces: string[] = [];
  for (let at = 0; at < sorted.length; ) {
    const first = sorted[at] ?? 0;
    let end = at;
    while (end + 1 < sorted.length && sorted[end + 1] === first + end + 1 - at) end += 1;
    if (end - at + 1 >= LEAST_RUN) pieces.push(`${first}..${sorted[end]}`);
    else pieces.push(...sorted.slice(at, end + 1).map(String));
    at = end + 1;
  }
  return pieces.join(' ');
}

function extent(entries: Entries, more: string): ValueList {
  const numbers = entries.map(([value]) => Number(value));
  const least = numbers.reduce((one, other) => Math.min(one, other));
  const most = numbers.reduce((one, other) => Math.max(one, other));
  return { text: `${entries.length} values from ${least} to ${most}${more}`, before: '', after: '' };
}

function few(entries: Entries, more: string): ValueList {
  const shown = counted([...entries].sort(([, one], [, other]) => other - one).slice(0, SHOWN_OF_MANY));
  const rest = entries.length - SHOWN_OF_MANY;
  return { text: rest > 0 ? `${shown} +${rest} values${more}` : shown + more, before: '', after: '' };
}

/** What all values share is said once. */
function factored(entries: Entries, list: (entries: Entries) => string, more: string): readonly ValueList[] {
  const values = entries.map(([value]) => value);
  const [first = ''] = values;
  let before = first.length;
  let after = first.length;
  for (const value of values) {
    before = Math.min(before, sharedStart(first, value));
    after = Math.min(after, sharedEnd(first, value));
  }
  // Words are not cut in two.
  while (before > 0 && /[\p{L}\p{N}]/u.test(first[before - 1] ?? '')) before -= 1;
  while (after > 0 && /[\p{L}\p{N}]/u.test(first.at(-after) ?? '')) after -= 1;
  const least = Math.min(...values.slice(0, 5_000).map((value) => value.length));
  after = Math.min(after, Math.max(0, least - before - 1));
  if (before + after < 3 || before >= least) return [];
  const inner = entries.map(([value, count]) => [value.slice(before, value.length - after), count] as const);
  return [{ text: list(inner) + more, before: first.slice(0, before), after: after === 0 ? '' : first.slice(-after) }];
}

function sharedStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length += 1;
  return length;
}

function sharedEnd(one: string, other: string): number {
  let length = 0;
  while (length < one.length && length < other.length && one.at(-1 - length) === other.at(-1 - length)) length += 1;
  return length;
}

/** `~139660 ~208376`: enough to tell whether a name came, if its ends are unlike each other. */
function abbreviate(entries: Entries): string | undefined {
  if (!entries.every(([value]) => value.length >= LEAST_ABBREVIATED)) return undefined;
  const ends = new Set(entries.map(([value]) => value.slice(-KEPT_CHARACTERS)));
  if (ends.size < entries.length) return undefined;
  return `by their last ${KEPT_CHARACTERS} characters: ${[...ends].join(' ')}`;
}
