import { type FilePort, type FileState, hasCode } from './file-port.ts';
import { TakeoverError } from './takeover-error.ts';

/** What a half-made copy beside the file is called; the next command clears it away. */
export function copyBeside(path: string): string {
  return `${path}.plugboard-tmp`;
}

/** Replaces a file in one step: a copy beside it, then a rename. Never in place, where a crash would leave half a file;
 *  so a single file mounted into a container cannot be taken over.
 *  @param path  with every link followed.
 *  @throws TakeoverError when it cannot be written; it is then as it was. */
export function replaceFile(files: FilePort, path: string, file: FileState): void {
  const copy = copyBeside(path);
  try {
    files.write(copy, file);
    files.rename(copy, path);
  } catch (error) {
    if (!hasCode(error, 'EBUSY', 'EXDEV', 'EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EISDIR', 'ENOSPC'))
      throw error;
    if (files.exists(copy)) files.remove(copy);
    throw new TakeoverError(
      `${path} cannot be replaced (${error instanceof Error ? error.message : 'no access'}). Let this user write that ` +
        'file and its folder, or leave it as it is and use `plugboard codex`.',
      { cause: error },
    );
  }
}
