import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, posix, resolve } from 'node:path';
import { type Path, readDocument } from '../../config/document.ts';
import { ConfigError, type ConfigIssue, dotted } from '../../config/issues.ts';
import { schemaIssues } from '../../config/schema-issues.ts';
import { type TasksFile, tasksJsonSchema, tasksSchema } from './schema.ts';
import { type Source, sha256, type Task } from './task.ts';

const LIMITS = { timeoutMs: 600_000, setupTimeoutMs: 600_000, checkTimeoutMs: 300_000 } as const;

/** Reads a file of tasks. @throws ConfigError with all that is wrong, each with its line, column and mend. */
export function loadTasks(file: string): readonly Task[] {
  const text = readText(file);
  if (text === undefined) {
    throw new ConfigError(file, [{ path: '', message: `${file} cannot be read.`, mend: 'Name a YAML file of tasks.' }]);
  }
  const document = readDocument(text.replace(/^\uFEFF/, ''));
  if ('issues' in document) throw new ConfigError(file, document.issues);
  const parsed = tasksSchema.safeParse(document.value, { jitless: true });
  if (!parsed.success) {
    throw new ConfigError(file, inOrder(schemaIssues(parsed.error.issues, document, tasksJsonSchema)));
  }
  const issues: ConfigIssue[] = [];
  const refuse = (path: Path, message: string, mend: string): void => {
    issues.push({ ...document.at(path, 'value'), path: dotted(path), message, mend });
  };
  const tasks = parsed.data.tasks.map((_, index) => taskOf(parsed.data, index, dirname(resolve(file)), refuse));
  for (const [index, { id }] of tasks.entries()) {
    const before = tasks.findIndex((task) => task.id === id);
    if (before < index) refuse(['tasks', index, 'id'], `"${id}" is the id of another task.`, 'Give each task its own.');
  }
  if (issues.length > 0) throw new ConfigError(file, inOrder(issues));
  return tasks;
}

type Refuse = (path: Path, message: string, mend: string) => void;
type Written = TasksFile['tasks'][number];

function taskOf(all: TasksFile, index: number, folder: string, refuse: Refuse): Task {
  const own = all.tasks[index];
  if (own === undefined) throw new RangeError(`there is no task ${index}`);
  const at = (...more: readonly string[]): Path => ['tasks', index, ...more];
  const prompt = promptOf(own, folder, at, refuse);
  const source = sourceOf(all, own, folder, at, refuse);
  const setup = own.setup ?? all.setup;
  const check = own.check ?? all.check ?? '';
  if (check === '') {
    refuse(
      at('id'),
      `"${own.id}" has no check.`,
      'Write check: COMMAND, which ends with status 0 where the work is done.',
    );
  }
  for (const member of ['files', 'check_files'] as const) {
    for (const path of Object.keys(own[member] ?? {})) {
      if (isInside(path)) continue;
      refuse(at(member, path), `"${path}" leads out of the copy.`, 'Write a path within it, such as test/new.test.js.');
    }
  }
  const task = {
    id: own.id,
    prompt,
    source,
    files: own.files ?? {},
    ...(setup === undefined ? {} : { setup }),
    check,
    checkFiles: own.check_files ?? {},
    timeoutMs: own.timeout ?? all.timeout ?? LIMITS.timeoutMs,
    setupTimeoutMs: own.setup_timeout ?? all.setup_timeout ?? LIMITS.setupTimeoutMs,
    checkTimeoutMs: own.check_timeout ?? all.check_timeout ?? LIMITS.checkTimeoutMs,
    sandbox: own.sandbox ?? all.sandbox ?? 'workspace-write',
  } as const;
  // The source as it was written, so that the hash is the same on another machine.
  return { ...task, hash: hashOf({ ...task, source: writtenSource(all, own) }) };
}

function promptOf(own: Written, folder: string, at: (...more: string[]) => Path, refuse: Refuse): string {
  if (own.prompt !== undefined && own.prompt_file !== undefined) {
    refuse(at('prompt_file'), 'stands beside prompt.', 'Take one of them out.');
    return '';
  }
  if (own.prompt !== undefined) return own.prompt;
  if (own.prompt_file === undefined) {
    refuse(at('id'), `"${own.id}" has no prompt.`, 'Write prompt: TEXT or prompt_file: PATH.');
    return '';
  }
  const text = readText(resolve(folder, own.prompt_file));
  if (text === undefined || text.trim() === '') {
    const what = text === undefined ? 'cannot be read' : 'is empty';
    refuse(at('prompt_file'), `${own.prompt_file} ${what}.`, 'It is looked for beside the file of tasks.');
  }
  return text ?? '';
}

/** A task's own place stands for itself: the one at the top is then no default. */
function sourceOf(
  all: TasksFile,
  own: Written,
  folder: string,
  at: (...more: string[]) => Path,
  refuse: Refuse,
): Source {
  const isOwn = own.repository !== undefined || own.folder !== undefined;
  const { repository, folder: from } = isOwn ? own : all;
  const ref = own.ref ?? all.ref;
  if (repository !== undefined && from !== undefined) {
    refuse(isOwn ? at('folder') : ['folder'], 'stands beside repository.', 'Take one of them out.');
  }
  if (repository === undefined && own.ref !== undefined) {
    refuse(at('ref'), 'stands without a repository.', 'Write repository: URL, or take it out.');
  }
  if (repository !== undefined) {
    return {
      kind: 'repository',
      repository: isRemote(repository) ? repository : resolve(folder, repository),
      ref: ref ?? 'HEAD',
    };
  }
  if (from === undefined) return { kind: 'empty' };
  const path = resolve(folder, from);
  if (!isFolder(path)) {
    refuse(
      own.folder === undefined ? ['folder'] : at('folder'),
      `${path} is no folder.`,
      'It is looked for beside the file of tasks.',
    );
  }
  return { kind: 'folder', folder: path };
}

function writtenSource(all: TasksFile, own: Written): readonly (string | undefined)[] {
  const isOwn = own.repository !== undefined || own.folder !== undefined;
  const { repository, folder } = isOwn ? own : all;
  return [repository, folder, own.ref ?? all.ref];
}

/** `https://host/x`, `git@host:x`; anything else is a path. A drive letter is no host. */
function isRemote(repository: string): boolean {
  return repository.includes('://') || /^[^/\\]{2,}:/.test(repository);
}

function isInside(path: string): boolean {
  const normal = posix.normalize(path.replaceAll('\\', '/'));
  return !isAbsolute(path) && !/^(\.\.(\/|$)|\/|[a-z]:)/i.test(normal) && normal !== '.' && !normal.endsWith('/');
}

/** Of the members in a fixed order. */
function hashOf(task: Readonly<Record<string, unknown>>): string {
  return sha256(JSON.stringify(Object.entries(task).sort(([one], [other]) => (one < other ? -1 : 1))));
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function inOrder(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  const place = (issue: ConfigIssue): number => (issue.line ?? 0) * 10_000 + (issue.column ?? 0);
  return [...issues].sort((one, other) => place(one) - place(other));
}
