import { constants, type Dirent } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, readlink, realpath, rm, stat, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** Copies a folder so that nothing done in the copy reaches the original: hard links become files, absolute links within
 *  the folder point into the copy, and a `.git` file that names a repository elsewhere (a worktree's) is left out, since
 *  a commit in the copy would be one in that repository. Sockets and pipes are left out too.
 *  @param except  folders that are not copied, whatever links their paths go by. */
export async function copyFolder(from: string, to: string, except: readonly string[] = []): Promise<void> {
  const real = await Promise.all(except.map((path) => realpath(path).catch(() => path)));
  await copyInto(from, to, { from, to, except: new Set([...except, ...real]) });
}

type Copy = { readonly from: string; readonly to: string; readonly except: ReadonlySet<string> };

async function copyInto(from: string, to: string, copy: Copy): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    const isLeftOut =
      copy.except.has(source) ||
      (entry.isDirectory() && copy.except.size > 0 && copy.except.has(await realpath(source)));
    if (!isLeftOut) await copyEntry(entry, source, target, copy);
  }
}

async function copyEntry(entry: Dirent, source: string, target: string, copy: Copy): Promise<void> {
  if (entry.isDirectory()) await copyInto(source, target, copy);
  else if (entry.isSymbolicLink()) await symlink(linkFor(await readlink(source), copy), target);
  else if (entry.isFile()) {
    if (entry.name === '.git' && (await leadsOut(source, copy))) return;
    // A copy on write where the file system has it.
    await copyFile(source, target, constants.COPYFILE_FICLONE);
  }
}

function linkFor(link: string, { from, to }: Copy): string {
  return isAbsolute(link) && isWithin(link, from) ? join(to, relative(from, link)) : link;
}

async function leadsOut(file: string, { from }: Copy): Promise<boolean> {
  const named = /^gitdir: (.+)$/m.exec(await readFile(file, 'utf8'))?.[1]?.trim();
  return named === undefined || isAbsolute(named) || !isWithin(resolve(dirname(file), named), from);
}

export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`));
}

/** Removes a folder, also where something in it may not be written, as in the module cache of Go. */
export async function removeFolder(folder: string): Promise<void> {
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  try {
    await remove();
  } catch {
    await makeWritable(folder);
    await remove();
  }
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
    else if (process.platform === 'win32' && entry.isFile()) {
      await chmod(join(folder, entry.name), (await stat(join(folder, entry.name))).mode | 0o200);
    }
  }
}
