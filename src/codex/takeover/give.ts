import { isDeepStrictEqual } from 'node:util';
import type { TomlTable } from 'smol-toml';
import { PROVIDER_ID } from '../provider-entry.ts';
import { isTable, lineEnd, merged, parseDocument, type Splice, splice } from './document.ts';
import {
  HELD_KEYS,
  type Held,
  heldRuns,
  isEntry,
  isMarker,
  isRootPair,
  MARKER_ENTRY,
  MARKER_ENTRY_UNENDED,
  MARKER_KEYS,
} from './marks.ts';
import { TakeoverError } from './takeover-error.ts';
import { type Statement, scanInlineTable, scanToml } from './toml-scan.ts';

/** The text without our takeover, every edit that was made meanwhile kept. Our statements go, and with them whatever
 *  was added to our table; the held lines come back, unless the user has set that key anew.
 *  @param original  the text before the takeover, for what the comments no longer tell: a program that rewrites the
 *                   file may have dropped them. An untouched file is given back from its copy, not through here.
 *  @throws TakeoverError when the text is no longer TOML, or the result would lose a setting. */
export function giveText(text: string, where: string, original?: string): string {
  const now = parseDocument(text, where);
  const statements = scanToml(text);
  const runs = heldRuns(text, statements);
  const context: Context = { text, ours: now['model_provider'] === PROVIDER_ID, runs };
  const removals = statements.flatMap((statement) => removal(context, statement));
  const live = new Set(scanToml(splice(text, removals)).flatMap(rootKey));
  const ended = splice(text, [...removals, ...runs.map((run) => unhold(run, live))]);
  const returned = isLastUnended(text, statements) ? ended.replace(/\r?\n$/, '') : ended;
  const complete = original === undefined ? returned : putBack(returned, original, live);
  const result = [complete, returned].find((candidate) => keeps(candidate, now));
  if (result !== undefined) return result;
  throw new TakeoverError(
    `${where}: our settings can no longer be told from yours. Take out the table [model_providers.${PROVIDER_ID}] and ` +
      `\`model_provider = "${PROVIDER_ID}"\` by hand; the lines behind "#plugboard| " are what stood there before.`,
  );
}

/** Our table is still the last of the file, and before it the file ended without a line end. */
function isLastUnended(text: string, statements: readonly Statement[]): boolean {
  const at = statements.findIndex((statement) => isMarker(text, statement, MARKER_ENTRY_UNENDED));
  const behind = at === -1 ? undefined : statements.slice(at + 1);
  return behind?.every((statement) => statement.kind !== 'comment' && isEntry(statement.path)) ?? false;
}

/** @property ours  Codex still goes to the gateway: its model is ours to take out, whoever picked it. */
type Context = { readonly text: string; readonly ours: boolean; readonly runs: readonly Held[] };

function removal(context: Context, statement: Statement): Splice[] {
  const { text, ours } = context;
  const { start, end } = statement;
  const whole: Splice[] = [{ start, end, insert: '' }];
  if (isMarker(text, statement, MARKER_KEYS)) return whole;
  if (isMarker(text, statement, MARKER_ENTRY) || isMarker(text, statement, MARKER_ENTRY_UNENDED)) {
    const gap = /(?:^|\n)(\r?\n)$/.exec(text.slice(0, start))?.[1] ?? '';
    return [{ start: start - gap.length, end, insert: '' }];
  }
  if (statement.kind === 'comment') return [];
  if (isEntry(statement.path)) return whole;
  if (ours && (isRootPair(statement, 'model') || isRootPair(statement, 'model_provider'))) return whole;
  return isRootPair(statement, 'model_providers') ? inlineRemoval(context, statement) : [];
}

/** Takes our member out of `model_providers = { ... }`; all of the statement where the held one says the same without
 *  it, so that the user's own layout comes back. */
function inlineRemoval({ text, runs }: Context, pair: Extract<Statement, { kind: 'pair' }>): Splice[] {
  const members = scanInlineTable(text, pair.valueStart);
  const index = members.findIndex((member) => member.path[0] === PROVIDER_ID);
  const own = members[index];
  if (own === undefined) return [];
  const next = members[index + 1];
  const previous = members[index - 1];
  let start = previous?.end ?? pair.valueStart + 1;
  let end = own.end;
  if (previous === undefined && next !== undefined) end = text.indexOf(',', own.end) + 1;
  else if (previous === undefined && text[end] === ' ') end += 1;
  else if (next !== undefined) start = own.start;
  if (previous !== undefined && next !== undefined) end = next.start;
  const change: Splice = { start, end, insert: '' };
  const without = splice(text.slice(pair.start, pair.end), [
    { start: start - pair.start, end: end - pair.start, insert: '' },
  ]);
  const said = runs.some(
    (run) =>
      scanToml(run.lines).some((statement) => isRootPair(statement, 'model_providers')) &&
      isDeepStrictEqual(otherProviders(run.lines), otherProviders(without)),
  );
  return said ? [{ start: pair.start, end: pair.end, insert: '' }] : [change];
}

function rootKey(statement: Statement): string[] {
  const key =
    statement.kind === 'pair' && statement.root && statement.path.length === 1 ? statement.path[0] : undefined;
  return key === undefined ? [] : [key];
}

/** The held lines again, but for keys that have a value of their own by now. */
function unhold(run: Held, live: ReadonlySet<string>): Splice {
  const superseded = scanToml(run.lines).filter((statement) => rootKey(statement).some((key) => live.has(key)));
  const lines = splice(
    run.lines,
    superseded.map(({ start, end }) => ({ start, end, insert: '' })),
  );
  return { start: run.start, end: run.end, insert: lines };
}

/** Statements of the original that neither the text nor its comments hold any more. */
function putBack(text: string, original: string, live: ReadonlySet<string>): string {
  const present = new Set(scanToml(text).flatMap(rootKey));
  const hasEntry = scanToml(text).some((statement) => statement.kind !== 'comment' && isEntry(statement.path));
  const eol = lineEnd(original);
  const lines = (wanted: (statement: Statement) => boolean): string =>
    scanToml(original)
      .filter(wanted)
      .map(({ start, end }) => original.slice(start, end).replace(/\r?\n?$/, eol))
      .join('');
  const keys = lines((statement) =>
    rootKey(statement).some((key) => HELD_KEYS.includes(key) && !present.has(key) && !live.has(key)),
  );
  const entry = lines((statement) => !hasEntry && statement.kind !== 'comment' && isEntry(statement.path));
  const top = text.startsWith('\uFEFF') ? 1 : 0;
  const gap = entry === '' || text === '' || text.endsWith('\n') ? '' : eol;
  return text.slice(0, top) + keys + text.slice(top) + gap + entry;
}

/** Nothing but our own settings differs between the result and the text that it was made of. */
function keeps(result: string, now: TomlTable): boolean {
  try {
    const then = parseDocument(result, 'the result');
    return isDeepStrictEqual(others(then), others(now)) && isDeepStrictEqual(otherProviders(result), providersOf(now));
  } catch (error) {
    if (error instanceof TakeoverError) return false;
    throw error;
  }
}

function others(document: TomlTable): TomlTable {
  return without(document, [...HELD_KEYS, 'model_providers']);
}

function otherProviders(text: string): TomlTable | undefined {
  try {
    return providersOf(parseDocument(text, 'the held lines'));
  } catch (error) {
    if (error instanceof TakeoverError) return undefined;
    throw error;
  }
}

function providersOf(document: TomlTable): TomlTable {
  const providers = document['model_providers'];
  return isTable(providers) ? without(providers, [PROVIDER_ID]) : merged();
}

function without(table: TomlTable, keys: readonly string[]): TomlTable {
  const kept = merged(table);
  for (const key of keys) delete kept[key];
  return kept;
}
