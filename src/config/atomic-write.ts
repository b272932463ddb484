import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Replaces a file whole: a reader, or a crash at any instant, meets the old text or the new one.
 *  @param mode  of the file, on systems that have modes. */
export function writeAtomic(file: string, text: string, mode: number): void {
  const beside = writeBeside(file, text, mode);
  try {
    replace(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Writes a text in full, with a new name in the same folder. @returns its path. */
export function writeBeside(file: string, text: string, mode: number): string {
  const beside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = openSync(beside, 'wx', mode);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  return beside;
}

const TRIES = 10;

/** On Windows a virus scanner or an indexer may hold the old file for a moment; elsewhere the first try decides. */
function replace(beside: string, file: string): void {
  for (let tries = 1; ; tries += 1) {
    try {
      renameSync(beside, file);
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      const held = code === 'EPERM' || code === 'EACCES' || code === 'EBUSY';
      if (process.platform !== 'win32' || !held || tries === TRIES) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
