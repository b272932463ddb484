import { parse, TomlError, type TomlTable } from 'smol-toml';
import { TakeoverError } from './takeover-error.ts';

/** @param where  what the text is, for the error: a path, or `the result`.
 *  @throws TakeoverError with line and column. */
export function parseDocument(text: string, where: string): TomlTable {
  try {
    return parse(text.startsWith('\uFEFF') ? text.slice(1) : text, { integersAsBigInt: 'asNeeded' });
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const place = `${where}:${cause.line}:${cause.column}`;
    const reason = cause.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? 'not valid TOML';
    throw new TakeoverError(
      `${place} is not valid TOML (${reason}), so it is left as it is. Mend that line and run the command again.`,
      { cause },
    );
  }
}

export function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The tables as one, later members over earlier ones. Without a prototype, as the parser makes them, so that deep
 *  comparison holds. */
export function merged(...tables: readonly TomlTable[]): TomlTable {
  return Object.assign(Object.create(null), ...tables);
}

/** One change of a text. Offsets are of the text before any of them. */
export type Splice = { readonly start: number; readonly end: number; readonly insert: string };

/** @param splices  in any order, none overlapping; at one place they are inserted in the order given. */
export function splice(text: string, splices: readonly Splice[]): string {
  let result = '';
  let at = 0;
  for (const change of [...splices].sort((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(at, change.start) + change.insert;
    at = change.end;
  }
  return result + text.slice(at);
}

/** The document's own line end: that of its first line. */
export function lineEnd(text: string): '\n' | '\r\n' {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n';
}
