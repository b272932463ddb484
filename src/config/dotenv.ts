import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from './environment.ts';
import { keepPrivate } from './private-file.ts';

/** The environment over `PLUGBOARD_HOME/.env`. A variable that is set to nothing gives way to the file's.
 *  @returns the file's trouble as warnings: a `.env` that cannot be read never stops the gateway. */
export function withDotenv(
  home: string,
  environment: Environment,
): { readonly environment: Environment; readonly warnings: readonly string[] } {
  const file = join(home, '.env');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return { environment, warnings: [] };
    return { environment, warnings: [`${file} cannot be read (${String(code)}), so its variables are not set.`] };
  }
  const warning = keepPrivate(file, 'the keys in it');
  const merged: Record<string, string | undefined> = { ...parseEnv(text.replace(/^\uFEFF/, '')) };
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && (value !== '' || merged[name] === undefined)) merged[name] = value;
  }
  return { environment: merged, warnings: warning === undefined ? [] : [warning] };
}
