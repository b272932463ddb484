import { isDeepStrictEqual } from 'node:util';
import type { TomlTable } from 'smol-toml';
import { PROVIDER_ID, type ProviderEntry, providerMembers, providerTable, toToml } from '../provider-entry.ts';
import { isTable, lineEnd, merged, parseDocument, type Splice, splice } from './document.ts';
import { hold, isEntry, isHeldKey, isRootPair, MARKER_ENTRY, MARKER_ENTRY_UNENDED, MARKER_KEYS } from './marks.ts';
import { TakeoverError } from './takeover-error.ts';
import { type Statement, scanInlineTable, scanToml } from './toml-scan.ts';

/** What Codex's configuration is to say. @property model  the slug that Codex asks for. */
export type TakeoverFacts = { readonly model: string; readonly entry: ProviderEntry };

/** The text of Codex's configuration with the gateway in it. What it replaces stays where it is, as a comment; so the
 *  file can be given back even when our own notes are lost.
 *  @param text   without a takeover in it.
 *  @param where  the file's path, for errors.
 *  @throws TakeoverError when the text is not TOML, or has a shape in which the entry finds no place. */
export function takeText(text: string, facts: TakeoverFacts, where: string): string {
  const before = parseDocument(text, where);
  const providers = before['model_providers'];
  if (providers !== undefined && !isTable(providers)) {
    throw new TakeoverError(`${where}: model_providers is not a table, which Codex refuses too. Mend or remove it.`);
  }
  const expected = withTakeover(before, facts);
  for (const place of [inInlineTable, asLastTable, asRootPair]) {
    const splices = place(text, scanToml(text), facts);
    if (splices === undefined) continue;
    const candidate = splice(text, splices);
    if (says(candidate, expected)) return candidate;
  }
  throw new TakeoverError(
    `${where}: the gateway's entry cannot be put in without touching other settings, so the file is left as it is. ` +
      'Write [model_providers] as tables of their own, or use `plugboard codex` or `plugboard profile write`.',
  );
}

function says(text: string, expected: TomlTable): boolean {
  try {
    return isDeepStrictEqual(parseDocument(text, 'the result'), expected);
  } catch (error) {
    if (error instanceof TakeoverError) return false;
    throw error;
  }
}

/** The same configuration with our values in it: what the spliced text must mean. */
function withTakeover(before: TomlTable, facts: TakeoverFacts): TomlTable {
  const ours = parseDocument(
    [...rootKeys(facts), `model_providers = { ${inlineEntry(facts)} }`].join('\n'),
    'our settings',
  );
  const providers = merged(table(before['model_providers']), table(ours['model_providers']));
  const expected = merged(before, ours, { model_providers: providers });
  delete expected['model_catalog_json'];
  return expected;
}

function table(value: TomlTable[string] | undefined): TomlTable {
  return isTable(value) ? value : {};
}

function rootKeys(facts: TakeoverFacts): string[] {
  return [`model = ${toToml(facts.model)}`, `model_provider = ${toToml(PROVIDER_ID)}`];
}

function inlineEntry(facts: TakeoverFacts): string {
  return `${PROVIDER_ID} = ${toToml(providerMembers(facts.entry))}`;
}

type Place = (text: string, statements: readonly Statement[], facts: TakeoverFacts) => Splice[] | undefined;

/** `model_providers = { ... }`: the table cannot be reopened elsewhere, so the entry goes in behind its brace. */
const inInlineTable: Place = (text, statements, facts) => {
  const pair = statements.find((statement) => isRootPair(statement, 'model_providers'));
  if (pair?.kind !== 'pair') return undefined;
  const value = text.slice(pair.valueStart, pair.valueEnd);
  const members = scanInlineTable(value, 0);
  const kept = members.filter((member) => member.path[0] !== PROVIDER_ID);
  if (kept.length === members.length) {
    const insert = members.length === 0 ? ` ${inlineEntry(facts)} ` : ` ${inlineEntry(facts)},`;
    const at = pair.valueStart + 1;
    return [...keySplices(text, statements, facts), { start: at, end: at, insert }];
  }
  const own = [inlineEntry(facts), ...kept.map((member) => value.slice(member.start, member.end))];
  return [...keySplices(text, statements, facts, [`model_providers = { ${own.join(', ')} }`]), holdSplice(text, pair)];
};

/** A table of its own at the end of the file: right for every other shape. */
const asLastTable: Place = (text, statements, facts) => {
  const eol = lineEnd(text);
  const ended = /^\uFEFF?$|\n$/.test(text);
  const gap = ended ? eol : eol + eol;
  const insert = gap + [ended ? MARKER_ENTRY : MARKER_ENTRY_UNENDED, ...providerTable(facts.entry), ''].join(eol);
  return [...keySplices(text, statements, facts), { start: text.length, end: text.length, insert }];
};

/** `model_providers.plugboard = { ... }` among the top-level keys, where a parser wants dotted keys to stay together. */
const asRootPair: Place = (text, statements, facts) =>
  keySplices(text, statements, facts, [`model_providers.${inlineEntry(facts)}`]);

/** Our top-level keys, in the place of the first that they replace, else at the top; and what is replaced, held.
 *  @param more  further top-level statements. */
function keySplices(
  text: string,
  statements: readonly Statement[],
  facts: TakeoverFacts,
  more: readonly string[] = [],
): Splice[] {
  const replaced = statements.filter(
    (statement) => isHeldKey(statement) || (statement.kind !== 'comment' && isEntry(statement.path)),
  );
  const at = statements.find(isHeldKey)?.start ?? (text.startsWith('\uFEFF') ? 1 : 0);
  const insert = [MARKER_KEYS, ...rootKeys(facts), ...more, ''].join(lineEnd(text));
  return [{ start: at, end: at, insert }, ...replaced.map((statement) => holdSplice(text, statement))];
}

function holdSplice(text: string, { start, end }: Statement): Splice {
  return { start, end, insert: hold(text.slice(start, end)) };
}
