import type { FilePort, FileState } from '../takeover/file-port.ts';

/** The process was killed here. */
export class Killed extends Error {}

/** @property mortal  the same files through a port that dies at its nth change, `half` of a write done. */
export type MemoryFiles = {
  readonly port: FilePort;
  readonly mortal: (changes: number) => FilePort;
  readonly content: Map<string, FileState>;
  readonly folders: Set<string>;
};

/** A file system in memory, with links. */
export function memoryFiles(links: ReadonlyMap<string, string> = new Map()): MemoryFiles {
  const content = new Map<string, FileState>();
  const folders = new Set<string>();
  const port: FilePort = {
    read: (path) => content.get(path),
    write: (path, file) => void content.set(path, file),
    rename: (from, to) => {
      const file = content.get(from);
      if (file === undefined) throw new Error(`rename: no ${from}`);
      content.set(to, file);
      content.delete(from);
    },
    remove: (path) => void content.delete(path),
    makeDirectory: (path) => void folders.add(path),
    removeDirectory: (path) => {
      if (![...content.keys()].some((file) => file.startsWith(path))) folders.delete(path);
    },
    exists: (path) => content.has(path) || folders.has(path),
    target: (path) => links.get(path) ?? path,
  };
  return { port, content, folders, mortal: (changes) => mortalPort(port, changes) };
}

function mortalPort(port: FilePort, changes: number): FilePort {
  let left = changes;
  const step = (change: () => void, half: () => void = () => {}): void => {
    if (left === 0) {
      half();
      throw new Killed();
    }
    left -= 1;
    change();
  };
  return {
    ...port,
    write: (path, file) =>
      step(
        () => port.write(path, file),
        () => port.write(path, { ...file, bytes: file.bytes.slice(0, file.bytes.length / 2) }),
      ),
    rename: (from, to) => step(() => port.rename(from, to)),
    remove: (path) => step(() => port.remove(path)),
    makeDirectory: (path) => step(() => port.makeDirectory(path)),
    removeDirectory: (path) => step(() => port.removeDirectory(path)),
  };
}
