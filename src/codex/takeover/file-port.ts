import {
  chmodSync,
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A file's content with what a rewrite must keep of it. @property mode  permission bits; Windows knows only the owner's
 *  write bit. */
export type FileState = {
  readonly bytes: Uint8Array;
  readonly mode: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
};

/** The calls on files that a takeover makes. Each changes one thing, so that a test can die between any two. */
export type FilePort = {
  readonly read: (path: string) => FileState | undefined;
  /** A new file, in place of any that was there, with exactly these bits; on the disk when it returns. */
  readonly write: (path: string, file: FileState) => void;
  /** Replaces the target in one step. */
  readonly rename: (from: string, to: string) => void;
  /** Does nothing when it is not there. */
  readonly remove: (path: string) => void;
  readonly makeDirectory: (path: string) => void;
  /** Only an empty one; does nothing otherwise. */
  readonly removeDirectory: (path: string) => void;
  readonly exists: (path: string) => boolean;
  /** Where the path leads once every link is followed, the last one too when its target is missing. */
  readonly target: (path: string) => string;
};

export const nodeFiles: FilePort = {
  read(path) {
    try {
      const { mode, uid, gid } = statSync(path);
      return { bytes: readFileSync(path), mode: mode & 0o777, owner: { uid, gid } };
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  },
  write(path, file) {
    rmSync(path, { force: true });
    const descriptor = openSync(path, 'wx', file.mode);
    try {
      fchmodSync(descriptor, file.mode);
      writeFileSync(descriptor, file.bytes);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (file.owner !== undefined) keepOwner(path, file.owner);
  },
  rename(from, to) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        renameSync(from, to);
        return;
      } catch (error) {
        // Windows: another program holds the file open for a moment, or it is marked read-only.
        if (process.platform !== 'win32' || attempt === 20 || !hasCode(error, 'EPERM', 'EACCES', 'EBUSY')) throw error;
        if (attempt === 0) makeWritable(to);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      }
    }
  },
  remove: (path) => rmSync(path, { force: true }),
  makeDirectory: (path) => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  },
  removeDirectory(path) {
    try {
      rmdirSync(path);
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
    }
  },
  exists: (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
  target(path) {
    try {
      return realpathSync(path);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      const link = lstatSync(path, { throwIfNoEntry: false });
      return link?.isSymbolicLink() ? resolve(dirname(path), readlinkSync(path)) : path;
    }
  },
};

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}

/** A file that root rewrites stays its owner's; for anybody else there is nothing to do. */
function keepOwner(path: string, owner: { readonly uid: number; readonly gid: number }): void {
  if (process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid);
}

function makeWritable(path: string): void {
  try {
    chmodSync(path, 0o666);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'EPERM', 'EACCES')) throw error;
  }
}
