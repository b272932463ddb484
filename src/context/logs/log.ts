import { estimateTokens } from '../estimate.ts';
import { type Columns, findColumns } from './columns.ts';
import { sample } from './kind.ts';
import { MARK } from './mark.ts';
import { mergeNames } from './merge.ts';
import { mine, type Template, TIME, type Values } from './miner.ts';
import { findTimes } from './time.ts';
import { type ValueList, valueLists } from './value-list.ts';

/** Lines that came no more often stay as they are. */
const RARE = 2;
/** The part of the log's tokens that is aimed at: lists of values are told as fully as it lets them. What must be told is
 *  told all the same. */
const SHARE = 0.09;
const MOST_TOKENS = 40_000;
/** The part of it that the messages of failures may take word by word. */
const MESSAGES_SHARE = 0.3;
const FEW_MESSAGES = 3;

/** A log by its patterns, each where its first line stood. */
export function compressLog(text: string): string {
  const { templates: mined, lineCount } = mine(text, findTimes(sample(text)));
  const templates = mergeNames(mined);
  const groups = templates.filter(({ count }) => count > RARE);
  const columns = findColumns(groups);
  const budget = Math.min(MOST_TOKENS, SHARE * estimateTokens(text));

  const spoken = spokenFailures(groups, MESSAGES_SHARE * budget);
  const patterns = groups.filter((group) => !spoken.has(group) && isPattern(group));
  const rare = templates.filter(({ count }) => count <= RARE).flatMap(({ lines }) => lines);
  const told = estimateTokens(rare.join('\n')) + [...spoken].reduce((sum, group) => sum + messageTokens(group), 0);
  const heads = patterns.reduce((sum, group) => sum + estimateTokens(headText(group)) + PER_GROUP, 0);
  const parts = [
    ...columns.all.map(({ values }) => ({ values, failure: false })),
    ...patterns.flatMap((group) => changing(group, columns).map(({ values }) => ({ values, failure: group.failure }))),
  ];
  const lists = chooseLists(parts, budget - told - heads);

  const out = [header(lineCount)];
  for (const template of templates) {
    if (template.count <= RARE) out.push(...rareLines(template));
    else if (!isPattern(template)) out.push(`${head(template)} | the same each time:`, template.lines[0] ?? '');
    else if (spoken.has(template)) out.push(...messageLines(template));
    else out.push(...patternLines(template, columns, lists));
  }
  const shared = columns.all.map(({ name, values }) => listLine(name, lists.get(values)));
  if (shared.length > 0) out.push('[Parts that several patterns share]', ...shared);
  return `${out.join('\n')}\n`;
}

/** Tokens of what stands around a pattern: count, lines, times. */
const PER_GROUP = 30;

function header(lineCount: number): string {
  return (
    `${MARK}a log of ${lineCount} lines. What follows is word by word, but for patterns: "×N La..b time..time | pattern" are N ` +
    'lines, from line a to b, that differ only in their time and in <1>, <2>...; the values of these follow (v×n: n times; ' +
    'a..b: all numbers between; +n: as many more). <A>, <B>... are listed at the end.]'
  );
}

function isPattern({ fixed }: Template): boolean {
  return !(fixed[0] ?? '').includes('\n');
}

function rareLines({ lines, count }: Template): readonly string[] {
  const [first = ''] = lines;
  // The same text again is told by a number; a log's line has its own time.
  return lines.length < count || (count > 1 && lines.every((line) => line === first)) ? [first, `[×${count}]`] : lines;
}

/** Failures whose messages are few enough to be told word by word, the shortest lists first. */
function spokenFailures(groups: readonly Template[], budget: number): ReadonlySet<Template> {
  const spoken = new Set<Template>();
  let left = budget;
  const costs = groups
    .filter(({ messages }) => messages !== undefined)
    .map((group) => ({ group, tokens: messageTokens(group) }))
    .sort((one, other) => one.tokens - other.tokens);
  for (const { group, tokens } of costs) {
    if (tokens > left && (group.messages?.size ?? 0) > FEW_MESSAGES) continue;
    left -= tokens;
    spoken.add(group);
  }
  return spoken;
}

function messageTokens(group: Template): number {
  return estimateTokens(messageLines(group).join('\n'));
}

function messageLines(group: Template): readonly string[] {
  const messages = [...(group.messages?.values() ?? [])];
  const [only] = messages;
  if (messages.length === 1 && only !== undefined) return [`${head(group)} | but for the time:`, only.line];
  return [
    `${head(group)} | ${messages.length} messages, each once:`,
    ...messages.map(({ line, count }) => (count === 1 ? line : `${line} [×${count}]`)),
  ];
}

function head({ count, first, last, from, to }: Template): string {
  const times = from === undefined ? '' : ` ${timeRange(from, to ?? from)}`;
  return `×${count} L${first}..${last}${times}`;
}

/** `2015-10-18 18:01:47,978..18:06:18,045`: what both begin with is said once. */
function timeRange(from: string, to: string): string {
  if (from === to) return from;
  let same = 0;
  while (same < from.length && from[same] === to[same]) same += 1;
  const cut = from.slice(0, same).search(/\S+$/u);
  return `${from}..${to.slice(cut === -1 ? same : cut)}`;
}

function headText(group: Template): string {
  return group.failure ? group.fixed.join('<1>') + (group.lines[0] ?? '') : group.fixed.join('<1>');
}

type Part = { readonly index: number; readonly values: Values };

/** The parts of a pattern that do change, and are not listed for all. */
function changing(group: Template, columns: Columns): readonly Part[] {
  return group.values
    .map((values, index) => ({ index, values }))
    .filter(({ index, values }) => isChanging(values) && columns.of(group, index) === undefined);
}

function isChanging({ counts, beyond }: Values): boolean {
  return counts.size > 1 || beyond > 0;
}

function patternLines(group: Template, columns: Columns, lists: ReadonlyMap<Values, ValueList>): readonly string[] {
  const names = new Map(changing(group, columns).map(({ values }, index) => [values, String(index + 1)]));
  let pattern = '';
  for (const [index, text] of group.fixed.entries()) {
    pattern += text;
    const values = group.values[index];
    if (values === undefined) continue;
    const column = columns.of(group, index);
    const name = column?.name ?? names.get(values);
    const list = lists.get(column?.values ?? values);
    pattern +=
      name === undefined ? ([...values.counts.keys()][0] ?? '') : `${list?.before ?? ''}<${name}>${list?.after ?? ''}`;
  }
  const shown = pattern.replace(TIME, '<time>');
  const example = group.failure
    ? [`${head(group)} | such as:`, group.lines[0] ?? '', `| ${shown}`]
    : [`${head(group)} | ${shown}`];
  return [...example, ...[...names].map(([values, name]) => listLine(name, lists.get(values)))];
}

function listLine(name: string, list: ValueList | undefined): string {
  return ` <${name}> ${list?.text ?? ''}`;
}

/** Every list in its shortest form at first; then, one after the other, in the fullest that there is room for. Failures
 *  come first, then what is short. */
function chooseLists(
  parts: readonly { readonly values: Values; readonly failure: boolean }[],
  budget: number,
): ReadonlyMap<Values, ValueList> {
  const chosen = new Map<Values, ValueList>();
  const costs = parts.map(({ values, failure }) => ({
    values,
    failure,
    lists: valueLists(values).map((list) => ({ list, tokens: estimateTokens(list.text) })),
  }));
  let left = budget;
  for (const { values, lists } of costs) {
    const last = lists.at(-1);
    if (last === undefined) continue;
    chosen.set(values, last.list);
    left -= last.tokens;
  }
  const order = costs.toSorted(
    (one, other) =>
      Number(other.failure) - Number(one.failure) || (one.lists[0]?.tokens ?? 0) - (other.lists[0]?.tokens ?? 0),
  );
  for (const { values, lists } of order) {
    const shortest = lists.at(-1)?.tokens ?? 0;
    const best = lists.find(({ tokens }) => tokens - shortest <= left);
    if (best === undefined) continue;
    chosen.set(values, best.list);
    left -= best.tokens - shortest;
  }
  return chosen;
}
