import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../ir/json.ts';
import { type Preset, userPresetSchema } from '../providers/preset.ts';
import { PRESET_IDS } from '../providers/presets/preset-files.ts';
import { findPreset } from '../providers/presets/presets.ts';

/** @property find  the user's own file over ours of the same id. @property ids  every id that `preset:` takes. */
export type Presets = { readonly find: (id: string) => FoundPreset; readonly ids: () => readonly string[] };
export type FoundPreset =
  | { readonly state: 'found'; readonly preset: Preset }
  | { readonly state: 'missing' }
  | { readonly state: 'broken'; readonly message: string };

/** The presets that come with the program and those in `PLUGBOARD_HOME/presets/ID.json`. */
export function presetsOf(home: string): Presets {
  const folder = join(home, 'presets');
  return {
    find: (id) => {
      if (!/^[a-z0-9][a-z0-9-]*$/.test(id)) return { state: 'missing' };
      const text = readIfThere(join(folder, `${id}.json`));
      if (text === undefined) {
        const preset = findPreset(id);
        return preset === undefined ? { state: 'missing' } : { state: 'found', preset };
      }
      const parsed = userPresetSchema(id).safeParse(parseJson(text));
      if (parsed.success) return { state: 'found', preset: parsed.data };
      const [first] = parsed.error.issues;
      const where = first === undefined || first.path.length === 0 ? '' : ` at ${first.path.map(String).join('.')}`;
      return {
        state: 'broken',
        message: `${join(folder, `${id}.json`)} is no preset${where}: ${first?.message ?? ''}.`,
      };
    },
    ids: () => [...new Set([...PRESET_IDS, ...ownIds(folder)])].sort(),
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function ownIds(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length));
  } catch {
    return [];
  }
}
