import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { Places } from '../../config/environment.ts';
import { holdsSecret, PROVIDER_ID } from '../provider-entry.ts';
import { isTable, parseDocument } from './document.ts';
import { type FilePort, type FileState, hasCode, nodeFiles } from './file-port.ts';
import { giveText } from './give.ts';
import { isMarked } from './marks.ts';
import {
  digest,
  forget,
  readNotes,
  readOriginal,
  type TakeoverNotes,
  type TakeoverPlaces,
  takeoverPlaces,
  writeNotes,
  writeOriginal,
} from './notes.ts';
import { copyBeside, replaceFile } from './replace-file.ts';
import { type TakeoverFacts, takeText } from './take.ts';
import { TakeoverError } from './takeover-error.ts';
import { warningsOf } from './warnings.ts';

/** @property path      Codex's configuration.
 *  @property changed   the file is, or with a dry run would be, another one.
 *  @property diff      unified, secrets masked; empty when nothing changes.
 *  @property warnings  what in the user's own settings stands in the way. */
export type TakeoverChange = {
  readonly path: string;
  readonly changed: boolean;
  readonly diff: string;
  readonly warnings: readonly string[];
};

/** @property model  what Codex asks for at the moment; its own picker may have changed it. */
export type TakeoverStatus =
  | { readonly on: false; readonly path: string }
  | { readonly on: true; readonly path: string; readonly model: string | undefined };

export type EnableOptions = { readonly dryRun?: boolean; readonly files?: FilePort };

/** Points Codex's configuration at the gateway, or renews a takeover with other facts (`use`, another port).
 *  @throws TakeoverError when the file is not TOML, finds no place for the entry, or cannot be written; it is then as
 *          it was. */
export function enable(at: Places, facts: TakeoverFacts, options: EnableOptions = {}): TakeoverChange {
  const files = options.files ?? nodeFiles;
  const places = takeoverPlaces(at);
  if (!options.dryRun) recover(at, files);
  const now = look(files, places);
  const bare = withoutTakeover(now, places);
  const text = takeText(bare.text, facts, places.config);
  const change = describe(places, now.text, text, warningsOf(bare.text, places.config));
  const mode = holdsSecret(facts.entry) ? 0o600 : bare.mode;
  if (options.dryRun || (!change.changed && now.file?.mode === mode)) return change;

  const bytes = Buffer.from(text);
  const original = Buffer.from(bare.text);
  const notes: TakeoverNotes = {
    version: 1,
    phase: 'taking',
    path: places.config,
    existed: bare.existed,
    mode: bare.mode,
    original: digest(original),
    taken: [digest(bytes), ...(isMarked(now.text) ? [digest(Buffer.from(now.text))] : [])],
    baseUrl: facts.entry.baseUrl,
    madeDirectory: now.notes?.madeDirectory ?? !files.exists(places.codexHome),
  };
  files.makeDirectory(places.folder);
  writeOriginal(files, places, original);
  writeNotes(files, places, notes);
  if (!files.exists(places.codexHome)) files.makeDirectory(places.codexHome);
  replaceFile(files, now.target, { ...now.file, bytes, mode });
  writeNotes(files, places, { ...notes, phase: 'on' });
  return change;
}

/** Gives Codex's configuration back: byte for byte where nobody has touched it since, else without our settings and
 *  with everybody's edits. Needs no gateway; a second call does nothing.
 *  @throws TakeoverError when the file is no longer TOML, or cannot be written. */
export function disable(at: Places, files: FilePort = nodeFiles): TakeoverChange {
  const places = takeoverPlaces(at);
  recover(at, files);
  const now = look(files, places);
  if (!isTaken(now)) return describe(places, now.text, now.text);
  const bare = withoutTakeover(now, places);
  give(files, places, now, bare);
  return describe(places, now.text, bare.text);
}

/** Finishes or undoes what a killed command has left. Every command that touches Codex's configuration begins with it.
 *  @returns true when there was something to do. */
export function recover(at: Places, files: FilePort = nodeFiles): boolean {
  const places = takeoverPlaces(at);
  const now = look(files, places);
  const copy = copyBeside(now.target);
  const leftover = files.exists(copy);
  if (leftover) files.remove(copy);
  const taken = isTaken(now);
  if (now.notes === undefined) {
    if (taken || !files.exists(places.folder)) return leftover;
    forget(files, places);
    return true;
  }
  if (!taken) {
    forget(files, places);
    if (now.notes.madeDirectory && now.file === undefined) files.removeDirectory(places.codexHome);
    return true;
  }
  if (now.notes.phase === 'taking') writeNotes(files, places, { ...now.notes, phase: 'on' });
  if (now.notes.phase === 'giving') give(files, places, now, withoutTakeover(now, places));
  return leftover || now.notes.phase !== 'on';
}

export function takeoverStatus(at: Places, files: FilePort = nodeFiles): TakeoverStatus {
  const places = takeoverPlaces(at);
  const now = look(files, places);
  if (!isTaken(now)) return { on: false, path: places.config };
  const model = topLevel(now.text, places.config)['model'];
  return { on: true, path: places.config, model: typeof model === 'string' ? model : undefined };
}

/** The configuration as it lies there. @property target  the file behind all links. */
type Now = {
  readonly target: string;
  readonly file: FileState | undefined;
  readonly text: string;
  readonly notes: TakeoverNotes | undefined;
  readonly original: FileState | undefined;
};

function look(files: FilePort, places: TakeoverPlaces): Now {
  const target = files.target(places.config);
  const file = readConfig(files, target);
  const notes = readNotes(files, places);
  const original = notes && readOriginal(files, places, notes);
  return { target, file, text: decode(file, places.config), notes, original };
}

function readConfig(files: FilePort, path: string): FileState | undefined {
  try {
    return files.read(path);
  } catch (cause) {
    if (!hasCode(cause, 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'ELOOP')) throw cause;
    const why = cause instanceof Error ? cause.message : 'no access';
    throw new TakeoverError(`${path} cannot be read (${why}). Codex cannot read it either; mend that first.`, {
      cause,
    });
  }
}

function decode(file: FileState | undefined, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file?.bytes ?? new Uint8Array());
  } catch (cause) {
    throw new TakeoverError(`${where} is not UTF-8, which Codex refuses too. Save it as UTF-8 and try again.`, {
      cause,
    });
  }
}

/** Our marks stand in the file; or a program has dropped them, but Codex still goes where our notes say we sent it. */
function isTaken(now: Now): boolean {
  if (isMarked(now.text)) return true;
  const baseUrl = now.notes?.baseUrl;
  if (baseUrl === undefined || !goesTo(now.text, baseUrl)) return false;
  return now.original === undefined || !goesTo(Buffer.from(now.original.bytes).toString('utf8'), baseUrl);
}

function goesTo(text: string, baseUrl: string): boolean {
  const document = topLevelOrNothing(text);
  const providers = document['model_providers'];
  const entry = isTable(providers) ? providers[PROVIDER_ID] : undefined;
  return document['model_provider'] === PROVIDER_ID && isTable(entry) && entry['base_url'] === baseUrl;
}

/** @property text, mode, existed  the file as it would be without us. */
type Bare = { readonly text: string; readonly mode: number; readonly existed: boolean };

function withoutTakeover(now: Now, places: TakeoverPlaces): Bare {
  const { file, notes, original } = now;
  if (file === undefined) return { text: '', mode: 0o600, existed: false };
  if (!isTaken(now)) return { text: now.text, mode: file.mode, existed: true };
  const mode = notes?.mode ?? file.mode;
  if (notes !== undefined && original !== undefined && notes.taken.includes(digest(file.bytes))) {
    return { text: decode(original, places.original), mode, existed: notes.existed };
  }
  const text = giveText(now.text, places.config, original && decode(original, places.original));
  return { text, mode, existed: (notes?.existed ?? true) || text.trim() !== '' };
}

function give(files: FilePort, places: TakeoverPlaces, now: Now, bare: Bare): void {
  if (now.notes !== undefined) writeNotes(files, places, { ...now.notes, phase: 'giving' });
  if (bare.existed) replaceFile(files, now.target, { ...now.file, bytes: Buffer.from(bare.text), mode: bare.mode });
  else files.remove(now.target);
  forget(files, places);
  if (now.notes?.madeDirectory && !bare.existed) files.removeDirectory(places.codexHome);
}

function topLevel(text: string, where: string): { readonly [key: string]: unknown } {
  return parseDocument(text, where);
}

function topLevelOrNothing(text: string): { readonly [key: string]: unknown } {
  try {
    return topLevel(text, '');
  } catch (error) {
    if (error instanceof TakeoverError) return {};
    throw error;
  }
}

function describe(
  places: TakeoverPlaces,
  before: string,
  after: string,
  warnings: readonly string[] = [],
): TakeoverChange {
  const changed = before !== after;
  const patch = changed ? createTwoFilesPatch(places.config, places.config, before, after, '', '', PATCH_STYLE) : '';
  return { path: places.config, changed, diff: patch.replaceAll(SECRET, '$1"***"'), warnings };
}

/** As `diff -u` and `git diff` show it. */
const PATCH_STYLE = { context: 3, headerOptions: FILE_HEADERS_ONLY };

/** Our token, and keys of the user's that stand near by. */
const SECRET = /((?:token|api[-_]?key|authorization|secret|password)["']?\s*=\s*)(?:"[^"]*"|'[^']*')/gi;
