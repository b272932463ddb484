import { type Json, parseJson } from '../ir/json.ts';
import { type JsonNode, jsonTree } from './json-tree.ts';
import { ALL_TYPES, type JsonType, type SchemaReader, typeOf } from './schema.ts';

/** One value that is replaced. @property place  the argument that holds it. */
export type ValueEdit = {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly place: string;
  readonly repair: string;
};

/** Values of another type than their schema allows, where what is meant is certain: JSON inside a string, a value where
 *  its text is wanted, one value where a list of such is wanted.
 *  @param text  the JSON text of an object. */
export function valueEdits(text: string, schema: Json, reader: SchemaReader): readonly ValueEdit[] {
  const tree = jsonTree(text);
  if (tree?.type !== 'object') return [];
  const edits: ValueEdit[] = [];

  const visit = (node: JsonNode, of: Json, place: string): void => {
    const types = reader.types(of);
    if (!types.includes(node.type)) {
      const edit = replacement(text.slice(node.start, node.end), node, of, types, reader);
      if (edit !== undefined) edits.push({ start: node.start, end: node.end, place, ...edit });
    } else if (node.type === 'object') {
      for (const { name, value } of node.members) visit(value, reader.member(of, name), place === '' ? name : place);
    } else if (node.type === 'array') for (const item of node.items) visit(item, reader.items(of), place);
  };
  visit(tree, schema, '');
  return edits;
}

function replacement(
  raw: string,
  node: JsonNode,
  schema: Json,
  types: readonly JsonType[],
  reader: SchemaReader,
): Pick<ValueEdit, 'text' | 'repair'> | undefined {
  const value = parseJson(raw);
  if (value === undefined) return undefined;
  if (typeof value === 'string') {
    const inner = parseJson(value);
    const isMeant = inner !== undefined && types.includes(typeOf(inner)) && reader.fits(schema, inner);
    if (isMeant) return { text: value.trim(), repair: 'doubled encoding' };
  } else if (types.includes('string') && isWanted(node, types)) {
    // Its text as the model wrote it, not as we would write it.
    if (reader.fits(schema, raw)) return { text: JSON.stringify(raw), repair: `${articled(node.type)} for a string` };
    return undefined;
  }
  if (types.includes('array') && isExplicit(reader.items(schema), reader) && reader.fits(schema, [value])) {
    return { text: `[${raw}]`, repair: 'one value for a list' };
  }
  return undefined;
}

/** A list of words for a string could be joined in several ways, and `null` mostly means that nothing was given. */
function isWanted(node: JsonNode, types: readonly JsonType[]): boolean {
  if (types.includes('array') || types.includes('object') || node.type === 'null') return false;
  return node.type !== 'array' || (node.items.length > 0 && node.items.every((item) => item.type !== 'string'));
}

function isExplicit(items: Json, reader: SchemaReader): boolean {
  return reader.types(items).length < ALL_TYPES.length;
}

function articled(type: JsonType): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** The text with its edits, which stand in order and do not overlap. */
export function withEdits(text: string, edits: readonly ValueEdit[]): string {
  let result = '';
  let from = 0;
  for (const edit of edits) {
    result += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return result + text.slice(from);
}
