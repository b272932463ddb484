import { existsSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source, Task } from '../tasks/task.ts';
import { copyFolder } from './copy-folder.ts';
import type { ProcessMarks } from './processes.ts';
import { type CommandEnd, runCommand } from './run-command.ts';
import { writeInside } from './write-inside.ts';

/** What a task's runs begin with, made once and copied for each.
 *  @property tree  Git's name of the files; absent without Git. */
export type Base =
  | { readonly ok: true; readonly directory: string; readonly tree?: string }
  | { readonly ok: false; readonly message: string };

export type PrepareOptions = {
  readonly task: Task;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: AbortSignal;
  readonly marks: ProcessMarks;
  readonly except: readonly string[];
};

/** Fetches or copies the task's files into a folder under version control: one commit, no remote and no later history, so
 *  that no answer can be looked up and nothing can be pushed. A folder with a repository of its own keeps it. */
export async function prepareBase(options: PrepareOptions): Promise<Base> {
  const { task, directory, except } = options;
  const git = gitIn(options);
  switch (task.source.kind) {
    case 'repository': {
      const message = await fetchRepository(task.source, git, directory);
      if (message !== undefined) return { ok: false, message };
      break;
    }
    case 'folder':
      await copyFolder(task.source.folder, directory, except);
      break;
    case 'empty':
      await mkdir(directory, { recursive: true });
      break;
  }
  writeInside(directory, task.files);
  const isOurs = task.source.kind !== 'folder' || !existsSync(join(directory, '.git'));
  if (isOurs) await commitAll(git, task.source.kind === 'repository');
  const tree = await treeOf(git, directory);
  return { ok: true, directory, ...(tree === undefined ? {} : { tree }) };
}

type Git = (args: readonly string[], variables?: Readonly<Record<string, string>>) => Promise<GitEnd>;
type GitEnd = { readonly done: boolean; readonly text: string; readonly end: CommandEnd };

function gitIn({ task, directory, environment, stop, marks }: PrepareOptions): Git {
  return async (args, variables = {}) => {
    let text = '';
    await mkdir(directory, { recursive: true });
    const end = await runCommand({
      command: ['git', ...OUR_WAY, ...args],
      directory,
      // Nobody is there to answer a question for a password.
      environment: { ...environment, GIT_TERMINAL_PROMPT: '0', ...variables },
      limitMs: task.setupTimeoutMs,
      stop,
      marks,
      say: (more) => {
        text += more;
      },
    });
    return { done: end.type === 'ended' && end.exit === 0, text: text.trim(), end };
  };
}

/** The user's hooks, signing and names stay out. */
const OUR_WAY = [
  ...['-c', 'core.hooksPath=.git/no-hooks', '-c', 'commit.gpgSign=false', '-c', 'advice.detachedHead=false'],
  ...['-c', 'user.name=Plugboard', '-c', 'user.email=plugboard@localhost'],
];

/** @returns what went wrong. */
async function fetchRepository(
  { repository, ref }: Source & { readonly kind: 'repository' },
  git: Git,
  directory: string,
): Promise<string | undefined> {
  const begun = await git(['init', '--quiet']);
  if (!begun.done) return begun.end.type === 'not-started' ? 'Git was not found.' : complaint(begun);
  const shallow = await git(['fetch', '--quiet', '--depth', '1', '--no-tags', '--', repository, ref]);
  if (!shallow.done) {
    // Some servers give a commit only with the history of a branch.
    const whole = await git(['fetch', '--quiet', '--no-tags', '--', repository, '+refs/heads/*:refs/fetched/*']);
    if (!whole.done) return complaint(shallow);
  }
  const checked = await git(['checkout', '--quiet', '--force', '-B', 'task', shallow.done ? 'FETCH_HEAD' : ref]);
  if (!checked.done) return complaint(shallow.done ? checked : shallow);
  rmSync(join(directory, '.git', 'FETCH_HEAD'), { force: true });
  if (!shallow.done) await forgetHistory(git);
  return undefined;
}

/** What was fetched beside the commit may hold the answer. */
async function forgetHistory(git: Git): Promise<void> {
  const { text } = await git(['for-each-ref', '--format=%(refname)', 'refs/fetched']);
  for (const ref of text.split('\n')) if (ref !== '') await git(['update-ref', '-d', ref]);
  await git(['reflog', 'expire', '--expire=now', '--all']);
  await git(['gc', '--quiet', '--prune=now']);
}

/** @param hasCommit  then nothing is committed where nothing was added to it. */
async function commitAll(git: Git, hasCommit: boolean): Promise<void> {
  const at = '2000-01-01T00:00:00Z';
  await git(['init', '--quiet']);
  await git(['add', '--all']);
  const empty = hasCommit ? [] : ['--allow-empty'];
  await git(['commit', '--quiet', ...empty, '-m', 'Begin'], { GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at });
}

/** Of the files as they stand, committed or not. */
async function treeOf(git: Git, directory: string): Promise<string | undefined> {
  const name = '.git/plugboard-index';
  await git(['add', '--all'], { GIT_INDEX_FILE: name });
  const { done, text } = await git(['write-tree'], { GIT_INDEX_FILE: name });
  rmSync(join(directory, name), { force: true });
  return done && /^[0-9a-f]{40,64}$/.test(text) ? text : undefined;
}

function complaint({ text, end }: GitEnd): string {
  if (end.type !== 'ended') return end.type === 'late' ? 'Git was not done in time.' : 'Git was stopped.';
  return text.split('\n').find((line) => /^(fatal|error):/.test(line)) ?? (text === '' ? 'Git failed.' : text);
}
