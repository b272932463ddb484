import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../ir/json.ts';
import { type Preset, userPresetSchema } from '../providers/preset.ts';
import { PRESET_IDS } from '../providers/presets/preset-files.ts';
import { findPreset } from '../providers/presets/presets.ts';
import { readDocument } from './document.ts';
import { type ConfigIssue, issueText } from './issues.ts';
import { schemaIssues } from './schema-issues.ts';

/** @property find  the user's own file over ours of the same id. @property ids  every id that `preset:` takes. */
export type Presets = { readonly find: (id: string) => FoundPreset; readonly ids: () => readonly string[] };

/** @property file     the user's own; absent: one that comes with the program.
 *  @property message  what is wrong where, a line for each. */
export type FoundPreset =
  | { readonly state: 'found'; readonly preset: Preset; readonly file?: string }
  | { readonly state: 'missing' }
  | { readonly state: 'broken'; readonly message: string };

/** What a file may be called behind its id. JSON is YAML too, so that both are read by one reader, with positions. */
const ENDINGS: readonly string[] = ['.json', '.yaml', '.yml'];
const SHOWN_ISSUES = 5;

/** The presets that come with the program and those in `PLUGBOARD_HOME/presets/`, `ID.json` or `ID.yaml`. */
export function presetsOf(home: string): Presets {
  const folder = join(home, 'presets');
  return {
    find: (id) => {
      if (!/^[a-z0-9][a-z0-9-]*$/.test(id)) return { state: 'missing' };
      for (const ending of ENDINGS) {
        const file = join(folder, `${id}${ending}`);
        const text = readIfThere(file);
        if (text !== undefined) return readPreset(id, file, text);
      }
      const preset = findPreset(id);
      return preset === undefined ? { state: 'missing' } : { state: 'found', preset };
    },
    ids: () => [...new Set([...PRESET_IDS, ...ownIds(folder)])].sort(),
  };
}

function readPreset(id: string, file: string, text: string): FoundPreset {
  const document = readDocument(text.replace(/^\uFEFF/, ''));
  if ('issues' in document) return broken(file, file.endsWith('.json') ? notJson(document.issues) : document.issues);
  const schema = userPresetSchema(id);
  const parsed = schema.safeParse(document.value, { jitless: true });
  if (parsed.success) return { state: 'found', preset: parsed.data, file };
  return broken(
    file,
    schemaIssues(parsed.error.issues, document, () => jsonSchemaOf(schema)),
  );
}

/** The reader speaks of YAML, of which JSON is a part. */
function notJson([first]: readonly ConfigIssue[]): readonly ConfigIssue[] {
  const mend = 'Look for a comma, a quote or a bracket that is missing there or before.';
  return first === undefined ? [] : [{ ...first, message: 'no valid JSON.', mend }];
}

function jsonSchemaOf(schema: z.ZodType<Preset>): JsonObject {
  const made: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return isJsonObject(made) ? made : {};
}

function broken(file: string, issues: readonly ConfigIssue[]): FoundPreset {
  const more = issues.length > SHOWN_ISSUES ? [`${file} has ${issues.length - SHOWN_ISSUES} more.`] : [];
  const place = (issue: ConfigIssue): number => (issue.line ?? 0) * 10_000 + (issue.column ?? 0);
  const ordered = [...issues].sort((a, b) => place(a) - place(b));
  const lines = ordered.slice(0, SHOWN_ISSUES).map((issue) => issueText(file, issue));
  return { state: 'broken', message: [...lines, ...more].join('\n') };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The user's own preset files, with their paths. */
export function presetFiles(home: string): readonly string[] {
  const folder = join(home, 'presets');
  return namesIn(folder)
    .filter((name) => ENDINGS.some((ending) => name.endsWith(ending)))
    .map((name) => join(folder, name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function ownIds(folder: string): readonly string[] {
  return namesIn(folder).flatMap((name) => {
    const ending = ENDINGS.find((one) => name.endsWith(one));
    return ending === undefined ? [] : [name.slice(0, -ending.length)];
  });
}
