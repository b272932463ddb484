import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The ids that `preset:` takes, in alphabetical order. The bundle holds the files of this folder as texts, so that there
 *  too a new preset is a new file and nothing else: see `scripts/build.ts`. */
export const PRESET_IDS: readonly string[] = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -'.json'.length))
  .sort();

/** @param id  one of `PRESET_IDS`. */
export function presetText(id: string): string {
  return readFileSync(join(import.meta.dirname, `${id}.json`), 'utf8');
}
