import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** A folder of more files than these is not looked at: whoever asks must then take it for changed. */
const MAX_FILES = 50_000;
/** What tools write on their own while they look around, and what would take longest to walk. */
const LEFT_OUT: readonly string[] = ['.git', 'node_modules', '.venv', '__pycache__', '.pytest_cache'];
/** Beside one of these, `target` is what a build fills. */
const BUILDS_INTO_TARGET: readonly string[] = ['Cargo.toml', 'pom.xml'];

/** Where Codex is told to work by its own arguments: here, or elsewhere (`--cd`), and beside that (`--add-dir`). */
export function foldersOf(codexArgs: readonly string[], here: string): readonly string[] {
  const named = codexArgs.flatMap((arg, at) => {
    const [, attached] = /^(?:--cd=|--add-dir=|-C=?)(.+)$/.exec(arg) ?? [];
    return attached ?? (['-C', '--cd', '--add-dir'].includes(arg) ? (codexArgs[at + 1] ?? []) : []);
  });
  return [here, ...named.map((folder) => resolve(here, folder))];
}

/** The same of several folders. @returns undefined where one of them cannot be told. */
export function treePrints(folders: readonly string[]): string | undefined {
  const prints = folders.map((folder) => treePrint(folder));
  return prints.includes(undefined) ? undefined : prints.join();
}

/** What the files under a folder are, by name, size and time of change, without reading them: the same text where
 *  nothing was changed in between.
 *  @returns undefined where the folder is too large to say, or cannot be read. */
export function treePrint(folder: string, limit = MAX_FILES): string | undefined {
  const hash = createHash('sha256');
  let files = 0;
  const walk = (directory: string): boolean => {
    const entries = sorted(directory);
    const builds = entries.some(({ name }) => BUILDS_INTO_TARGET.includes(name));
    for (const entry of entries) {
      if (entry.isDirectory()) {
        const isLeftOut = LEFT_OUT.includes(entry.name) || (builds && entry.name === 'target');
        if (!isLeftOut && !walk(join(directory, entry.name))) return false;
        continue;
      }
      files += 1;
      if (files > limit) return false;
      const path = join(directory, entry.name);
      hash.update(`${relative(folder, path)}\0${factsOf(path)}\0`);
    }
    return true;
  };
  try {
    // Every commit and checkout adds a line to it; git's other files also change when somebody merely looks.
    hash.update(sizeOf(join(gitFolder(folder), 'logs', 'HEAD')));
    return walk(folder) ? hash.digest('hex') : undefined;
  } catch {
    return undefined;
  }
}

/** A worktree of git has a file in its place, which names the folder. */
function gitFolder(folder: string): string {
  const at = join(folder, '.git');
  if (statSync(at, { throwIfNoEntry: false })?.isFile() !== true) return at;
  const named = /^gitdir: (.+)$/m.exec(readFileSync(at, 'utf8'))?.[1];
  return named === undefined ? at : resolve(folder, named.trim());
}

function sorted(directory: string): Dirent[] {
  return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function sizeOf(path: string): string {
  return String(statSync(path, { throwIfNoEntry: false })?.size ?? 0);
}

function factsOf(path: string): string {
  const { mtimeNs, size, mode } = lstatSync(path, { bigint: true });
  const isLink = (Number(mode) & 0o170_000) === 0o120_000;
  return isLink ? readlinkSync(path) : `${size} ${mtimeNs} ${mode}`;
}
