import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConfigError } from '../../config/issues.ts';
import { folderFor } from '../testing/folder.ts';
import { loadTasks } from './load.ts';

function fileOf(t: TestContext, text: string): string {
  const folder = folderFor(t);
  mkdirSync(join(folder, 'project'));
  writeFileSync(join(folder, 'prompt.md'), 'From a file.\n');
  writeFileSync(join(folder, 'tasks.yaml'), text);
  return join(folder, 'tasks.yaml');
}

/** What is said of it, without the name of the file. */
function refusal(t: TestContext, text: string): string {
  const file = fileOf(t, text);
  try {
    loadTasks(file);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message.replaceAll(`${file}:`, '').replaceAll(join(file, '..'), '.');
  }
  return 'nothing';
}

test('what stands at the top is for all tasks, and a task has the last word', (t) => {
  const file = fileOf(
    t,
    `folder: project
check: npm test
timeout: 90s
tasks:
  - { id: one, prompt: Do it. }
  - { id: two, prompt_file: prompt.md, repository: "https://example.com/x.git", ref: v1, timeout: 2m, setup: npm ci, check: make test }
`,
  );
  const [one, two] = loadTasks(file);
  assert.deepEqual(one?.source, { kind: 'folder', folder: join(file, '..', 'project') });
  assert.deepEqual(
    [one?.check, one?.setup, one?.timeoutMs, one?.sandbox],
    ['npm test', undefined, 90_000, 'workspace-write'],
  );
  assert.equal(one?.checkTimeoutMs, 300_000);
  assert.deepEqual(two?.source, { kind: 'repository', repository: 'https://example.com/x.git', ref: 'v1' });
  assert.deepEqual(
    [two?.prompt, two?.check, two?.setup, two?.timeoutMs],
    ['From a file.\n', 'make test', 'npm ci', 120_000],
  );
});

test('a repository is an address or a path beside the file', (t) => {
  const of = (repository: string) =>
    loadTasks(fileOf(t, `tasks: [{ id: a, prompt: p, check: c, repository: "${repository}" }]`))[0];
  for (const remote of ['https://h/x.git', 'ssh://git@h/x', 'git@h:x/y.git', 'file:///x']) {
    assert.deepEqual(of(remote)?.source, { kind: 'repository', repository: remote, ref: 'HEAD' });
  }
  const local = of('project');
  assert.ok(local?.source.kind === 'repository' && /[\\/]project$/.test(local.source.repository));
});

test('the hash is of what the task says, wherever it lies', (t) => {
  const hash = (more: string): string | undefined =>
    loadTasks(fileOf(t, `tasks: [{ id: a, prompt: p, ${more} }]`))[0]?.hash;
  const plain = hash('check: c, folder: project');
  assert.equal(hash('check: c, folder: ./project') === plain, false);
  assert.equal(hash('folder: project, check: c'), plain);
  for (const other of [
    'check: d, folder: project',
    'check: c',
    'check: c, folder: project, timeout: 1m',
    'check: c, folder: project, files: { a: b }',
  ]) {
    assert.notEqual(hash(other), plain, other);
  }
});

test('all that is wrong is told with line, column and the nearest name', (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['tasks: []', /^1:8: tasks: holds no task/],
    ['task: []', /^1:1: unknown key "task"\. Did you mean "tasks"\?/m],
    ['tasks:\n  - { id: a, promt: x, check: c }', /^2:14: tasks\[0\]: unknown key "promt"\. Did you mean "prompt"\?/m],
    ['tasks:\n  - { id: a, prompt: x, check: c, timeout: 5 minutes }', /^2:44: tasks\[0\]\.timeout: is no duration/],
    ['tasks:\n  - { id: a b, prompt: x, check: c }', /^2:11: tasks\[0\]\.id: is no id/],
    ['tasks:\n  - { id: a, prompt: x }', /^2:11: tasks\[0\]\.id: "a" has no check\. Write check: COMMAND/],
    ['tasks:\n  - { id: a, check: c }', /^2:11: tasks\[0\]\.id: "a" has no prompt/],
    [
      'tasks:\n  - { id: a, prompt_file: none.md, check: c }',
      /^2:27: tasks\[0\]\.prompt_file: none\.md cannot be read/,
    ],
    ['tasks:\n  - { id: a, prompt: x, prompt_file: prompt.md, check: c }', /prompt_file: stands beside prompt/],
    [
      'tasks:\n  - { id: a, prompt: x, check: c, folder: nowhere }',
      /^2:43: tasks\[0\]\.folder: \.[\\/]nowhere is no folder/,
    ],
    ['tasks:\n  - { id: a, prompt: x, check: c, folder: project, repository: y }', /folder: stands beside repository/],
    ['tasks:\n  - { id: a, prompt: x, check: c, ref: v1 }', /ref: stands without a repository/],
    [
      'tasks:\n  - { id: a, prompt: x, check: c, sandbox: strict }',
      /"strict" is not one of the values.*Known here: read-only/,
    ],
    [
      'check: c\ntasks:\n  - { id: a, prompt: x }\n  - { id: a, prompt: y }',
      /^4:11: tasks\[1\]\.id: "a" is the id of another/,
    ],
    ['tasks: [', /^1:\d+: no valid YAML/],
  ];
  for (const [text, words] of cases) assert.match(refusal(t, text), words, text);
});

test('no file of a task leads out of its copy', (t) => {
  const said = (path: string): string =>
    refusal(t, `tasks: [{ id: a, prompt: p, check: c, check_files: { "${path}": x } }]`);
  for (const path of ['../x', '/etc/x', 'a/../../x', 'C:/x', '..', '.', 'a/'])
    assert.match(said(path), /leads out of the copy/, path);
  for (const path of ['x', 'a/b.txt', '..x', 'a/../b']) assert.equal(said(path), 'nothing', path);
});
