import type { Template, Values } from './miner.ts';

/** What all values of a part begin and end with belongs to what does not change: in whole words, and of the beginning only
 *  what has letters, so that an address or a number stays in one piece. */
export function framed(template: Template): Template {
  const fixed = [...template.fixed];
  const values = template.values.map((own, part) => {
    if (own.counts.size < 2 || own.beyond > 0) return own;
    const { before, after } = frameOf([...own.counts.keys()]);
    if (before + after === 0) return own;
    const [first = ''] = own.counts.keys();
    fixed[part] += first.slice(0, before);
    fixed[part + 1] = first.slice(first.length - after) + (fixed[part + 1] ?? '');
    return within(own, before, after);
  });
  return { ...template, fixed, values };
}

function within({ counts, beyond }: Values, before: number, after: number): Values {
  return {
    counts: new Map([...counts].map(([value, count]) => [value.slice(before, value.length - after), count])),
    beyond,
  };
}

function frameOf(values: readonly string[]): { readonly before: number; readonly after: number } {
  const [first = ''] = values;
  let before = first.length;
  let after = first.length;
  let least = first.length;
  for (const value of values) {
    before = sharedStart(first, value, before);
    after = sharedEnd(first, value, after);
    least = Math.min(least, value.length);
  }
  before = Math.min(before, least - 1);
  while (before > 0 && isInside(first[before - 1])) before -= 1;
  if (!/\p{L}/u.test(first.slice(0, before))) before = 0;
  after = Math.min(after, least - before - 1);
  while (after > 0 && isInside(first.at(-after))) after -= 1;
  return { before, after };
}

/** Is it a part of a word, so that nothing may be cut beside it? */
function isInside(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}-]/u.test(character);
}

function sharedStart(one: string, other: string, most: number): number {
  let length = 0;
  while (length < most && length < other.length && one[length] === other[length]) length += 1;
  return length;
}

function sharedEnd(one: string, other: string, most: number): number {
  let length = 0;
  while (length < most && length < other.length && one.at(-1 - length) === other.at(-1 - length)) length += 1;
  return length;
}
