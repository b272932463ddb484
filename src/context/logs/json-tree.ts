/** JSON as it is written: every number, text and key stays the characters that it is. */
export type JsonTree =
  | { readonly kind: 'raw'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly JsonTree[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [key: string, value: JsonTree])[] };

/** Deeper than this nobody reads it. */
const DEEPEST = 100;
const SPACE = /[ \t\r\n]*/uy;
const RAW = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|true|false|null/suy;

/** @returns undefined where the text is no JSON, or too deep. */
export function readJsonTree(text: string): JsonTree | undefined {
  let at = 0;

  function skip(): void {
    SPACE.lastIndex = at;
    SPACE.test(text);
    at = SPACE.lastIndex;
  }
  function raw(): string | undefined {
    RAW.lastIndex = at;
    const found = RAW.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  }
  function take(mark: string): boolean {
    skip();
    if (text[at] !== mark) return false;
    at += 1;
    return true;
  }
  function value(depth: number): JsonTree | undefined {
    if (depth > DEEPEST) return undefined;
    skip();
    if (take('[')) return array(depth);
    if (take('{')) return object(depth);
    const found = raw();
    return found === undefined ? undefined : { kind: 'raw', text: found };
  }
  function array(depth: number): JsonTree | undefined {
    const items: JsonTree[] = [];
    if (take(']')) return { kind: 'array', items };
    for (;;) {
      const item = value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (take(']')) return { kind: 'array', items };
      if (!take(',')) return undefined;
    }
  }
  function object(depth: number): JsonTree | undefined {
    const members: (readonly [string, JsonTree])[] = [];
    if (take('}')) return { kind: 'object', members };
    for (;;) {
      skip();
      const key = text[at] === '"' ? raw() : undefined;
      if (key === undefined || !take(':')) return undefined;
      const member = value(depth + 1);
      if (member === undefined) return undefined;
      members.push([key, member]);
      if (take('}')) return { kind: 'object', members };
      if (!take(',')) return undefined;
    }
  }

  const tree = value(0);
  skip();
  return at === text.length ? tree : undefined;
}
