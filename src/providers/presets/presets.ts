import { parseJson } from '../../ir/json.ts';
import { type Preset, presetSchema } from '../preset.ts';
import { PRESET_IDS, presetText } from './preset-files.ts';

const parsed = new Map<string, Preset>();

/** Read and parsed when it is first asked for, so that a start pays only for the presets in use. */
export function findPreset(id: string): Preset | undefined {
  const known = parsed.get(id);
  if (known !== undefined) return known;
  if (!PRESET_IDS.includes(id)) return undefined;
  const preset = presetSchema.parse(parseJson(presetText(id)), { jitless: true });
  parsed.set(id, preset);
  return preset;
}
