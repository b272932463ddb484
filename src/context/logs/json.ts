import { type JsonTree, readJsonTree } from './json-tree.ts';
import { MARK } from './mark.ts';

/** Fewer records are no table. */
const LEAST_RECORDS = 3;

/** JSON without its spaces; where an array holds records of the same keys, these are said once. Every value stays, as it was
 *  written. Several texts, one a line, are read one by one. */
export function compressJson(text: string): string {
  const tree = readJsonTree(text) ?? linesAsArray(text);
  if (tree === undefined) return text;
  const told = { table: false, again: false };
  const body = write(tree, told);
  const table = told.table ? ' Records of the same keys: {|keys|} and then [values] of each.' : '';
  const again = told.again ? ' "×n": the same n times.' : '';
  return `${MARK}JSON without spaces.${table}${again}]\n${body}\n`;
}

function linesAsArray(text: string): JsonTree | undefined {
  const items: JsonTree[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const item = readJsonTree(line);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return { kind: 'array', items };
}

type Told = { table: boolean; again: boolean };

function write(tree: JsonTree, told: Told): string {
  switch (tree.kind) {
    case 'raw':
      return tree.text;
    case 'object':
      return `{${tree.members.map(([key, value]) => `${key}:${write(value, told)}`).join(',')}}`;
    default: {
      const keys = sharedKeys(tree.items);
      if (keys === undefined)
        return `[${counted(
          tree.items.map((item) => write(item, told)),
          told,
        )}]`;
      told.table = true;
      const rows = tree.items.map((item) =>
        item.kind === 'object' ? `[${item.members.map(([, value]) => write(value, told)).join(',')}]` : '',
      );
      return `[{|${keys.join(',')}|},${counted(rows, told)}]`;
    }
  }
}

/** @returns the keys of all items, where these are the same and in the same order. */
function sharedKeys(items: readonly JsonTree[]): readonly string[] | undefined {
  const [first] = items;
  if (items.length < LEAST_RECORDS || first?.kind !== 'object' || first.members.length === 0) return undefined;
  const keys = first.members.map(([key]) => key);
  const same = items.every(
    (item) =>
      item.kind === 'object' &&
      item.members.length === keys.length &&
      item.members.every(([key], index) => key === keys[index]),
  );
  return same ? keys : undefined;
}

/** Items that follow one another and are the same are said once. */
function counted(items: readonly string[], told: Told): string {
  const out: string[] = [];
  for (let at = 0; at < items.length; ) {
    let end = at + 1;
    while (end < items.length && items[end] === items[at]) end += 1;
    const times = end - at;
    if (times >= LEAST_RECORDS) {
      out.push(`${items[at]}×${times}`);
      told.again = true;
    } else out.push(...items.slice(at, end));
    at = end;
  }
  return out.join(',');
}
