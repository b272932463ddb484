import { parse } from 'smol-toml';

/** A statement of a TOML document with the span of its lines: from the line's first character to behind its line end.
 *  A multi-line value is one statement. Blank lines belong to nothing.
 *  @property path       the full path from the root: a pair under `[a.b]` with the key `c` has `a.b.c`.
 *  @property valueStart where the value begins, behind `=` and its spaces. */
export type Statement =
  | { readonly kind: 'comment'; readonly start: number; readonly end: number }
  | { readonly kind: 'header'; readonly path: readonly string[]; readonly start: number; readonly end: number }
  | {
      readonly kind: 'pair';
      readonly path: readonly string[];
      /** It stands before the first header. */
      readonly root: boolean;
      readonly start: number;
      readonly valueStart: number;
      readonly valueEnd: number;
      readonly end: number;
    };

/** A member of an inline table. @property end  behind its value. */
export type Member = { readonly path: readonly string[]; readonly start: number; readonly end: number };

/** Splits a TOML document into its statements without changing a character.
 *  @param text  a document that a TOML parser accepts; for another one the spans mean nothing. */
export function scanToml(text: string): Statement[] {
  const statements: Statement[] = [];
  let table: readonly string[] = [];
  let root = true;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    const start = at;
    at = skipSpaces(text, at);
    const first = text[at];
    const lineEnd = endOfLine(text, at);
    if (first === '#') statements.push({ kind: 'comment', start, end: lineEnd });
    else if (first === '[') {
      const open = text[at + 1] === '[' ? at + 2 : at + 1;
      table = keyPath(text.slice(open, keyEnd(text, open, ']')));
      root = false;
      statements.push({ kind: 'header', path: table, start, end: lineEnd });
    } else if (first !== undefined && first !== '\n' && first !== '\r') {
      const equals = keyEnd(text, at, '=');
      const path = [...table, ...keyPath(text.slice(at, equals))];
      const valueStart = skipSpaces(text, equals + 1);
      const valueEnd = skipValue(text, valueStart);
      const end = endOfLine(text, valueEnd);
      statements.push({ kind: 'pair', path, root, start, valueStart, valueEnd, end });
      at = end;
      continue;
    }
    at = lineEnd;
  }
  return statements;
}

/** The members of an inline table. @param at  its opening brace. */
export function scanInlineTable(text: string, at: number): Member[] {
  const members: Member[] = [];
  for (let start = skipBlank(text, at + 1); start < text.length && text[start] !== '}'; ) {
    const equals = keyEnd(text, start, '=');
    const end = skipValue(text, skipBlank(text, equals + 1));
    members.push({ path: keyPath(text.slice(start, equals)), start, end });
    start = skipBlank(text, end);
    if (text[start] === ',') start = skipBlank(text, start + 1);
  }
  return members;
}

/** Behind the line's end; a line end inside a value does not count because callers stand behind the value. */
function endOfLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline === -1 ? text.length : newline + 1;
}

function skipSpaces(text: string, at: number): number {
  let index = at;
  while (text[index] === ' ' || text[index] === '\t') index += 1;
  return index;
}

/** Spaces, line ends and comments, as they may stand between the elements of an array. */
function skipBlank(text: string, at: number): number {
  for (let index = at; ; ) {
    const char = text[index];
    if (char === ' ' || char === '\t' || char === '\n' || char === '\r') index += 1;
    else if (char === '#') index = endOfLine(text, index);
    else return index;
  }
}

/** Where `stop` stands outside of a quoted part of a key. */
function keyEnd(text: string, at: number, stop: string): number {
  let index = at;
  while (index < text.length && text[index] !== stop) {
    const char = text[index];
    index = char === '"' || char === "'" ? skipString(text, index) : index + 1;
  }
  return index;
}

/** `a."b.c".d` -> [a, b.c, d]: the parser itself reads the quotes and escapes. */
function keyPath(key: string): string[] {
  const path: string[] = [];
  let value: unknown = parse(`${key.trim()} = 0`);
  while (typeof value === 'object' && value !== null) {
    const [entry] = Object.entries(value);
    if (entry === undefined) break;
    path.push(entry[0]);
    value = entry[1];
  }
  return path;
}

function skipValue(text: string, at: number): number {
  switch (text[at]) {
    case '"':
    case "'":
      return skipString(text, at);
    case '[':
    case '{':
      return skipBracket(text, at);
    default:
      return skipBare(text, at);
  }
}

function skipBare(text: string, at: number): number {
  let index = at;
  while (index < text.length && !',]}# \t\r\n'.includes(text[index] ?? '')) index += 1;
  return index;
}

/** Arrays and inline tables alike: keys and values are skipped as values, whatever stands between them as one sign. */
function skipBracket(text: string, at: number): number {
  const close = text[at] === '[' ? ']' : '}';
  let index = skipBlank(text, at + 1);
  while (index < text.length && text[index] !== close) {
    const next = skipValue(text, index);
    index = skipBlank(text, next === index ? index + 1 : next);
  }
  return Math.min(index + 1, text.length);
}

function skipString(text: string, at: number): number {
  const quote = text[at] ?? '';
  const triple = quote.repeat(3);
  const escapes = quote === '"';
  if (!text.startsWith(triple, at)) {
    let index = at + 1;
    while (index < text.length && text[index] !== quote) index += escapes && text[index] === '\\' ? 2 : 1;
    return Math.min(index + 1, text.length);
  }
  let index = at + 3;
  while (index < text.length && !text.startsWith(triple, index)) index += escapes && text[index] === '\\' ? 2 : 1;
  index += 3;
  // Up to two quotes may stand right before the closing three.
  while (text[index] === quote && index < text.length) index += 1;
  return Math.min(index, text.length);
}
