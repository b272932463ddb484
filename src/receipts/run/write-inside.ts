import { lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Writes texts into a folder, by their paths within it. A link in the way is replaced: an agent may have made one, and it
 *  may lead out. */
export function writeInside(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    let place = folder;
    for (const step of relative(folder, dirname(file)).split(sep)) {
      place = join(place, step);
      if (!isKind(place, 'isDirectory')) rmSync(place, { recursive: true, force: true });
      mkdirSync(place, { recursive: true });
    }
    if (!isKind(file, 'isFile')) rmSync(file, { recursive: true, force: true });
    writeFileSync(file, text);
  }
}

function isKind(path: string, kind: 'isDirectory' | 'isFile'): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.[kind]() === true;
}
