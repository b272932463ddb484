import type { JsonObject } from '../ir/json.ts';
import { ALL_TYPES, type JsonType, type SchemaReader } from './schema.ts';

/** Follows arguments as they stream.
 *  @property push  @returns how many characters from the beginning no repair would change: those may go on. It never
 *                  shrinks and does not depend on where the pieces end. */
export type SafePrefix = { readonly push: (piece: string) => number };

const VALUE_TYPES: { readonly [mark: string]: JsonType } = {
  '"': 'string',
  '{': 'object',
  '[': 'array',
  t: 'boolean',
  f: 'boolean',
  n: 'null',
};
const OPENERS: { readonly [closer: string]: string } = { '}': '{', ']': '[' };
/** What ends the easy part of a string: its end, an escape, or what must not stand there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SPECIAL = /["\\\u0000-\u001f]/g;
const SPACE = /\s/;

/** All goes on but: a text that does not begin as an object, or as one without members; a comma until it is known what
 *  follows; and everything from the first value on that may have to be rewritten, or that breaks the rules of JSON. */
export function safePrefix(parameters: JsonObject, reader: SchemaReader): SafePrefix {
  let safe = 0;
  let length = 0;
  const open: string[] = [];
  let stopped = false;
  /** Nothing goes before the first name. */
  let begun = false;
  let inString = false;
  let escaped = false;
  let isName = false;
  let nameStart = '';
  let name = '';
  /** A value of an argument may begin here. */
  let awaitsValue = false;
  /** Where a comma stands whose successor is not known. */
  let comma: number | undefined;

  /** Must this argument be seen whole, since its value may be rewritten? */
  const mayChange = (mark: string): boolean => {
    const schema = reader.member(parameters, name);
    const types = reader.types(schema);
    const type = VALUE_TYPES[mark] ?? 'number';
    return !types.includes(type) || reader.isClosed(schema) || (isContainer(type) && types.length < ALL_TYPES.length);
  };

  const structural = (mark: string): void => {
    if (SPACE.test(mark)) return;
    const opener = OPENERS[mark];
    // Before its beginning, an empty object, a comma that leads nowhere, a bracket that was forgotten.
    if (open.length === 0 ? mark !== '{' : !begun && mark !== '"') stopped = true;
    else if (opener !== undefined && (comma !== undefined || open.at(-1) !== opener)) stopped = true;
    else if (awaitsValue && mayChange(mark)) stopped = true;
    else if (mark === 'T' || mark === 'F' || mark === 'N') stopped = true;
    if (stopped) return;
    comma = mark === ',' ? length : undefined;
    isName = mark === '"' && open.length === 1 && !awaitsValue;
    if (mark === '"') {
      inString = true;
      begun = true;
      nameStart = '';
    } else if (mark === '{' || mark === '[') open.push(mark);
    else if (opener !== undefined) open.pop();
    awaitsValue = mark === ':' && open.length === 1;
  };

  /** @returns how far the string was read. */
  const string = (piece: string, from: number): number => {
    if (escaped) {
      escaped = false;
      if (isName) nameStart += piece[from];
      return from + 1;
    }
    SPECIAL.lastIndex = from;
    const at = SPECIAL.exec(piece)?.index ?? piece.length;
    if (isName) nameStart += piece.slice(from, at);
    const mark = piece[at];
    if (mark === undefined) return at;
    if (mark === '"') {
      inString = false;
      if (isName) name = nameStart;
    } else if (mark === '\\') {
      escaped = true;
      if (isName) nameStart += mark;
    } else {
      stopped = true;
      return at;
    }
    return at + 1;
  };

  const push = (piece: string): number => {
    let at = 0;
    while (at < piece.length && !stopped) {
      if (inString) {
        const next = string(piece, at);
        length += next - at;
        at = next;
      } else {
        structural(piece.charAt(at));
        if (stopped) break;
        length += 1;
        at += 1;
        // What follows the end of the object is no part of it.
        stopped = begun && open.length === 0;
      }
    }
    if (begun) safe = Math.max(safe, comma ?? length);
    return safe;
  };
  return { push };
}

function isContainer(type: JsonType): boolean {
  return type === 'object' || type === 'array';
}
