import { mkdirSync } from 'node:fs';
import { ConfigError } from './issues.ts';

/** Makes PLUGBOARD_HOME, for its owner alone. One that is there is left as it is: its private files have modes of
 *  their own. @throws ConfigError when it cannot be made. */
export function ensureHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const mend = 'Set PLUGBOARD_HOME to a folder that you may write.';
    throw new ConfigError(home, [{ path: 'PLUGBOARD_HOME', message: `${home} cannot be made (${code}).`, mend }]);
  }
}
