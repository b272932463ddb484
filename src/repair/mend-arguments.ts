import { isJsonObject, type Json, type JsonObject, parseJson } from '../ir/json.ts';
import { type JsonNode, jsonTree } from './json-tree.ts';
import { type MendedText, mendText } from './mend-text.ts';
import { valueEdits, withEdits } from './mend-values.ts';
import { type SchemaReader, schemaReader } from './schema.ts';

/** @property repairs  what was done, each in a few words that hold nothing of the arguments but their names. */
export type MendedArguments = { readonly text: string; readonly repairs: readonly string[] };

/** Longer arguments pass unseen, in characters. */
export const MAX_ARGUMENTS = 1_048_576;

/** The arguments of a call with their shape put right, where there is exactly one way to read them.
 *  @param parameters  the tool's schema; null where it has none.
 *  @returns undefined where nothing is wrong, and where nothing can be done for certain. */
export function mendArguments(text: string, parameters: JsonObject | null): MendedArguments | undefined {
  if (text.length > MAX_ARGUMENTS || text.trim() === '') return undefined;
  const schema = parameters ?? {};
  const reader = schemaReader(schema);
  const value = parseJson(text);
  if (isJsonObject(value)) {
    return reader.fits(schema, value) ? undefined : mendValues({ text, repairs: [] }, schema, reader);
  }
  const readings = mendText(text).flatMap((reading) => withValues(reading, schema, reader));
  const [only, second] = readings;
  return second === undefined ? only : undefined;
}

/** A text that was put right may need its values put right too. */
function withValues(reading: MendedText, schema: JsonObject, reader: SchemaReader): readonly MendedArguments[] {
  const value = parseJson(reading.text);
  if (!isJsonObject(value) || (reading.guessesEnd && !endsInListedValue(reading.text, schema, reader))) return [];
  const { text, repairs } = reading;
  if (reader.fits(schema, value)) return [{ text, repairs }];
  const mended = mendValues(reading, schema, reader);
  if (mended !== undefined) return [mended];
  // Text that is now JSON lets the agent say what else is wrong; a string whose end was guessed must be right.
  return reading.guessesEnd ? [] : [{ text, repairs }];
}

function mendValues(before: MendedText, schema: JsonObject, reader: SchemaReader): MendedArguments | undefined {
  const edits = valueEdits(before.text, schema, reader);
  const text = withEdits(before.text, edits);
  const value: Json | undefined = edits.length === 0 ? undefined : parseJson(text);
  if (value === undefined || !reader.fits(schema, value)) return undefined;
  const repairs = edits.map(({ place, repair }) => `${repair} in "${place}"`);
  return { text, repairs: [...new Set([...before.repairs, ...repairs])] };
}

/** Does the last value of the text come from a list of allowed ones? Then a string that was cut cannot pass for whole. */
function endsInListedValue(text: string, schema: JsonObject, reader: SchemaReader): boolean {
  let node: JsonNode | undefined = jsonTree(text);
  let of: Json = schema;
  while (node?.type === 'object' || node?.type === 'array') {
    if (node.type === 'object') {
      const last: { readonly name: string; readonly value: JsonNode } | undefined = node.members.at(-1);
      of = reader.member(of, last?.name ?? '');
      node = last?.value;
    } else {
      of = reader.items(of);
      node = node.items.at(-1);
    }
  }
  return reader.isClosed(of);
}
