import { chmodSync, statSync } from 'node:fs';

/** Makes a file that holds keys readable by its owner alone. Windows has no such modes: there it does nothing, since a
 *  profile's folder is private by its access list.
 *  @returns a warning when others could read it, whether or not that could be mended. */
export function keepPrivate(file: string, what: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    if ((statSync(file).mode & 0o077) === 0) return undefined;
    chmodSync(file, 0o600);
    return `${file}: other users could read ${what}; the file is now readable by you alone (mode 0600).`;
  } catch {
    return `${file}: other users may be able to read ${what}. Run: chmod 600 "${file}"`;
  }
}
