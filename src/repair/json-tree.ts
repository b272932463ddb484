/** A JSON value with the place of its text. @property end  behind its last character. */
export type JsonNode = { readonly start: number; readonly end: number } & (
  | { readonly type: 'object'; readonly members: readonly { readonly name: string; readonly value: JsonNode }[] }
  | { readonly type: 'array'; readonly items: readonly JsonNode[] }
  | { readonly type: 'string' | 'number' | 'boolean' | 'null' }
);

/** Deeper values are left alone: nothing that a tool takes is as deep. */
export const MAX_DEPTH = 64;

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const SCALAR = /[-+.\w]+/y;

/** Where each value of a text stands. @param text  valid JSON. @returns undefined where it is nested too deeply. */
export function jsonTree(text: string): JsonNode | undefined {
  let at = 0;

  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };

  /** Passes the mark where it stands next. */
  const passes = (mark: string): boolean => {
    match(SPACE);
    if (text[at] !== mark) return false;
    at += 1;
    return true;
  };

  const value = (depth: number): JsonNode | undefined => {
    match(SPACE);
    const start = at;
    if (depth > MAX_DEPTH) return undefined;
    if (passes('{')) return object(start, depth);
    if (passes('[')) return array(start, depth);
    if (match(STRING) !== '') return { type: 'string', start, end: at };
    const word = match(SCALAR);
    const type = word === 'null' ? 'null' : word === 'true' || word === 'false' ? 'boolean' : 'number';
    return { type, start, end: at };
  };

  const object = (start: number, depth: number): JsonNode | undefined => {
    const members: { readonly name: string; readonly value: JsonNode }[] = [];
    while (!passes('}')) {
      passes(',');
      match(SPACE);
      const name: unknown = JSON.parse(match(STRING));
      passes(':');
      const inner = value(depth + 1);
      if (inner === undefined || typeof name !== 'string') return undefined;
      members.push({ name, value: inner });
    }
    return { type: 'object', start, end: at, members };
  };

  const array = (start: number, depth: number): JsonNode | undefined => {
    const items: JsonNode[] = [];
    while (!passes(']')) {
      passes(',');
      const inner = value(depth + 1);
      if (inner === undefined) return undefined;
      items.push(inner);
    }
    return { type: 'array', start, end: at, items };
  };

  return value(0);
}
