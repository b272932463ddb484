import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Places } from '../../config/environment.ts';
import type { FilePort, FileState } from './file-port.ts';

/** What is remembered of a takeover, written before the file itself is touched.
 *  @property phase     `taking` and `giving` mean that a command was cut short.
 *  @property existed   there was a file; when not, giving back removes it.
 *  @property mode      its permission bits.
 *  @property original  digest of the copy that lies beside these notes.
 *  @property taken     digests of the texts for which that copy is the exact answer.
 *  @property baseUrl   where Codex was sent, to know our entry by when a program has dropped our comments.
 *  @property madeDirectory  Codex's own folder was missing too. */
export type TakeoverNotes = z.infer<typeof notesSchema>;

const notesSchema = z.object({
  version: z.literal(1),
  phase: z.enum(['taking', 'on', 'giving']),
  path: z.string(),
  existed: z.boolean(),
  mode: z.number(),
  original: z.string(),
  taken: z.array(z.string()),
  baseUrl: z.string(),
  madeDirectory: z.boolean(),
});

/** Where things are, for one `config.toml`: each CODEX_HOME has its own notes. */
export type TakeoverPlaces = {
  readonly config: string;
  readonly codexHome: string;
  readonly folder: string;
  readonly notes: string;
  readonly original: string;
};

export function takeoverPlaces(places: Places): TakeoverPlaces {
  const config = join(places.codexHome, 'config.toml');
  const folder = join(places.home, 'run', 'takeover', digest(Buffer.from(config)).slice(0, 16));
  return {
    config,
    codexHome: places.codexHome,
    folder,
    notes: join(folder, 'notes.json'),
    original: join(folder, 'original.toml'),
  };
}

export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Notes that cannot be read count as lost: the marks in the file itself are enough to give it back. */
export function readNotes(files: FilePort, places: TakeoverPlaces): TakeoverNotes | undefined {
  const file = files.read(places.notes);
  if (file === undefined) return undefined;
  try {
    return notesSchema.parse(JSON.parse(Buffer.from(file.bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}

export function writeNotes(files: FilePort, places: TakeoverPlaces, notes: TakeoverNotes): void {
  writePrivate(files, places.notes, Buffer.from(`${JSON.stringify(notes, null, 2)}\n`));
}

/** The copy of the original, if it is whole and the one that the notes mean. */
export function readOriginal(files: FilePort, places: TakeoverPlaces, notes: TakeoverNotes): FileState | undefined {
  const file = files.read(places.original);
  return file !== undefined && digest(file.bytes) === notes.original ? { ...file, mode: notes.mode } : undefined;
}

export function writeOriginal(files: FilePort, places: TakeoverPlaces, bytes: Uint8Array): void {
  writePrivate(files, places.original, bytes);
}

/** Ours alone: what Codex's configuration holds (keys of other providers) is nobody else's business. */
function writePrivate(files: FilePort, path: string, bytes: Uint8Array): void {
  const copy = `${path}.tmp`;
  files.write(copy, { bytes, mode: 0o600 });
  files.rename(copy, path);
}

export function forget(files: FilePort, places: TakeoverPlaces): void {
  for (const path of [places.notes, places.original]) {
    files.remove(`${path}.tmp`);
    files.remove(path);
  }
  files.removeDirectory(places.folder);
}
