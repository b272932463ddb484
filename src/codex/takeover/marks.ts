import { PROVIDER_ID } from '../provider-entry.ts';
import type { Statement } from './toml-scan.ts';

/** The comment above our top-level keys. */
export const MARKER_KEYS =
  '# plugboard: `plugboard disable` takes these settings out and gives back the lines behind "#plugboard| ".';
/** The comment above our provider's table. */
export const MARKER_ENTRY = '# plugboard: the gateway on this machine.';
/** The same where the file ended without a line end: without our notes, nothing else would tell. */
export const MARKER_ENTRY_UNENDED = `${MARKER_ENTRY} The line above had no line end.`;
/** What stands before each line of a statement that we replaced. */
const HELD = '#plugboard| ';

/** Top-level keys that are replaced while the takeover lasts. `model_catalog_json` would keep Codex from asking the
 *  gateway for its models. */
export const HELD_KEYS: readonly string[] = ['model', 'model_provider', 'model_catalog_json'];

/** The path leads to our provider's entry or into it. */
export function isEntry(path: readonly string[]): boolean {
  return path[0] === 'model_providers' && path[1] === PROVIDER_ID;
}

/** A top-level key that is replaced. */
export function isHeldKey(statement: Statement): boolean {
  return statement.kind === 'pair' && statement.path.length === 1 && HELD_KEYS.includes(statement.path[0] ?? '');
}

export function isRootPair(statement: Statement, key: string): statement is Extract<Statement, { kind: 'pair' }> {
  return statement.kind === 'pair' && statement.path.length === 1 && statement.path[0] === key;
}

/** The lines as comments, line ends as they are. */
export function hold(lines: string): string {
  return lines.replace(/[^\n]*\n|[^\n]+$/g, (line) => HELD + line);
}

/** A run of adjacent held lines. @property lines  without the comment sign: whole statements. */
export type Held = { readonly start: number; readonly end: number; readonly lines: string };

export function heldRuns(text: string, statements: readonly Statement[]): Held[] {
  const runs: Held[] = [];
  for (const { kind, start, end } of statements) {
    if (kind !== 'comment' || !text.startsWith(HELD, start)) continue;
    const last = runs.at(-1);
    const lines = text.slice(start + HELD.length, end);
    if (last?.end === start) runs[runs.length - 1] = { start: last.start, end, lines: last.lines + lines };
    else runs.push({ start, end, lines });
  }
  return runs;
}

export function isMarker(text: string, statement: Statement, marker: string): boolean {
  return statement.kind === 'comment' && text.slice(statement.start, statement.end).trimEnd() === marker;
}

/** Our comments stand in the text: a takeover is on, or was cut short. Holds for text that is no longer TOML too. */
export function isMarked(text: string): boolean {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .some((line) => [MARKER_KEYS, MARKER_ENTRY, MARKER_ENTRY_UNENDED].includes(line));
}
