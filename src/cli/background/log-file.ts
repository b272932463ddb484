import { existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MAX_BYTES = 10 * 1024 * 1024;
const KEPT = 3;

export function logFile(home: string): string {
  return join(home, 'logs', 'gateway.log');
}

/** In bytes; 0 where there is none yet. */
export function logSize(home: string): number {
  return statSync(logFile(home), { throwIfNoEntry: false })?.size ?? 0;
}

/** Opens the log for appending, its owner's alone. One that has grown past 10 MiB first becomes `gateway.log.1`, and
 *  the fourth oldest goes. @returns a file descriptor; the caller closes it. */
export function openLog(home: string): number {
  const file = logFile(home);
  mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 });
  if (existsSync(file) && statSync(file).size > MAX_BYTES) rotate(file);
  return openSync(file, 'a', 0o600);
}

function rotate(file: string): void {
  rmSync(`${file}.${KEPT}`, { force: true });
  for (let index = KEPT - 1; index >= 0; index--) {
    const from = index === 0 ? file : `${file}.${index}`;
    if (existsSync(from)) renameSync(from, `${file}.${index + 1}`);
  }
}
