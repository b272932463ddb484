import type { Columns } from './columns.ts';
import { type Message, type Template, TIME, type Values } from './miner.ts';
import { head } from './times-told.ts';
import type { ValueList } from './value-list.ts';

/** @property common  what the times of all patterns begin with. @property lists  the values of each part, once chosen. */
export type Telling = {
  readonly common: string;
  readonly columns: Columns;
  readonly lists: ReadonlyMap<Values, ValueList>;
};

/** What is several lines is told as it is. */
export function isPattern({ fixed }: Template): boolean {
  return !(fixed[0] ?? '').includes('\n');
}

/** Lines that came once or twice. The same text again is told by a number; a log's line has its own time. */
export function rareLines({ lines, count }: Template): readonly string[] {
  const [first = ''] = lines;
  return lines.length < count || (count > 1 && lines.every((line) => line === first)) ? [first, `[×${count}]`] : lines;
}

export function sameLines(group: Template, { common }: Telling): readonly string[] {
  return [`${head(group, common)} | the same each time:`, group.lines[0] ?? ''];
}

/** Failures, every message of them. */
export function messageLines(group: Template, { common }: Pick<Telling, 'common'>): readonly string[] {
  const messages: readonly Message[] = [...(group.messages?.values() ?? [])];
  const [only] = messages;
  if (messages.length === 1 && only !== undefined) return [`${head(group, common)} | but for the time:`, only.line];
  return [
    `${head(group, common)} | ${messages.length} messages, each once:`,
    ...messages.map(({ line, count }) => (count === 1 ? line : `${line} [×${count}]`)),
  ];
}

/** The parts of a pattern that do change, and are not listed for all. */
export function changing(group: Template, columns: Columns): readonly Values[] {
  return group.values.filter(
    (values, index) => (values.counts.size > 1 || values.beyond > 0) && columns.of(group, index) === undefined,
  );
}

/** A pattern and the values of its parts; of a failure, its first line as well. */
export function patternLines(group: Template, { common, columns, lists }: Telling): readonly string[] {
  const names = new Map(changing(group, columns).map((values, index) => [values, String(index + 1)]));
  let pattern = '';
  for (const [index, text] of group.fixed.entries()) {
    pattern += text;
    const values = group.values[index];
    if (values === undefined) continue;
    const name = columns.of(group, index)?.name ?? names.get(values);
    pattern += name === undefined ? ([...values.counts.keys()][0] ?? '') : `<${name}>`;
  }
  const shown = pattern.replace(TIME, '<time>');
  const told = group.failure
    ? [`${head(group, common)} | such as:`, group.lines[0] ?? '', `| ${shown}`]
    : [`${head(group, common)} | ${shown}`];
  return [...told, ...listLines(names, lists)];
}

/** A list that is as long says "as <1>" where it is the same as another of its pattern. */
const LEAST_REPEATED = 20;

function listLines(names: ReadonlyMap<Values, string>, lists: Telling['lists']): readonly string[] {
  const first = new Map<string, string>();
  return [...names].map(([values, name]) => {
    const list = lists.get(values);
    const same = list === undefined ? undefined : first.get(list.text);
    if (same !== undefined) return ` <${name}> as <${same}>`;
    if (list !== undefined && list.text.length >= LEAST_REPEATED) first.set(list.text, name);
    return listLine(name, list);
  });
}

export function listLine(name: string, list: ValueList | undefined): string {
  return ` <${name}> ${list?.text ?? ''}`;
}
