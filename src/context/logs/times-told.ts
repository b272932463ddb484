import type { Template } from './miner.ts';

/** What the times of all patterns begin with, in whole words: said once, in the header. */
export function commonTime(templates: readonly Template[]): string {
  const times = templates.flatMap(({ from, to }) => [from ?? [], to ?? []].flat());
  const [first] = times;
  if (first === undefined) return '';
  let common = first;
  for (const time of times) common = common.slice(0, sharedLength(common, time));
  return common.slice(0, common.lastIndexOf(' ') + 1);
}

/** How often, and from when to when; or between which lines, where nothing says when. */
export function head({ count, first, last, from, to }: Template, common: string): string {
  if (from === undefined) return `×${count} L${first}..${last}`;
  return `×${count} ${range(from.slice(common.length), (to ?? from).slice(common.length))}`;
}

/** `Dec 10 18:01:47..18:06:18`: words that both begin with are said once. */
function range(from: string, to: string): string {
  if (from === to) return from;
  const same = sharedLength(from, to);
  return `${from}..${to.slice(from.slice(0, same).lastIndexOf(' ') + 1)}`;
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length += 1;
  return length;
}
