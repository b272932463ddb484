import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with one file to read, under version control where Git is there. */
export type ScratchRepository = { readonly directory: string; readonly remove: () => void };

/** @param files  name to text. */
export function makeScratchRepository(files: { readonly [name: string]: string }): ScratchRepository {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'plugboard-scratch-')));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const git = (...args: string[]) => spawnSync('git', args, { cwd: directory, stdio: 'ignore', windowsHide: true });
  git('init', '--quiet');
  git('add', '--all');
  git('-c', 'user.name=Plugboard', '-c', 'user.email=plugboard@localhost', 'commit', '--quiet', '-m', 'Begin');
  return {
    directory,
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
