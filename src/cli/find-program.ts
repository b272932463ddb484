import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Environment } from '../config/environment.ts';

/** The file that the shell would run for a name, or `undefined`. On Windows with the endings of PATHEXT. */
export function findProgram(name: string, environment: Environment): string | undefined {
  const path = environment['PATH'] ?? environment['Path'] ?? '';
  const windows = process.platform === 'win32';
  const endings = windows ? (environment['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';') : [''];
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    for (const ending of endings) {
      const file = join(folder, name + ending.toLowerCase());
      if (isProgram(file, windows)) return file;
    }
  }
  return undefined;
}

function isProgram(file: string, windows: boolean): boolean {
  try {
    if (!statSync(file).isFile()) return false;
    if (!windows) accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
