import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Task } from '../tasks/task.ts';
import { folderFor } from '../testing/folder.ts';
import { hashOf } from '../testing/receipts.ts';
import { copyFolder, removeFolder } from './copy-folder.ts';
import { prepareBase } from './prepare.ts';
import { writeInside } from './write-inside.ts';

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

/** Three commits: the second is tagged `v1`, the third holds the answer. */
function repository(t: TestContext): string {
  const folder = join(folderFor(t), 'upstream');
  mkdirSync(folder);
  git(folder, 'init', '-q', '-b', 'main');
  for (const [name, text] of [
    ['a.txt', 'one'],
    ['b.txt', 'two'],
    ['answer.txt', 'three'],
  ] as const) {
    writeFileSync(join(folder, name), text);
    git(folder, 'add', '-A');
    git(folder, 'commit', '-q', '-m', name);
    if (name === 'b.txt') git(folder, 'tag', 'v1');
  }
  return folder;
}

function prepare(t: TestContext, more: Partial<Task>) {
  const task: Task = {
    id: 'a',
    hash: hashOf('a'),
    prompt: 'Do it.',
    source: { kind: 'empty' },
    files: {},
    check: 'true',
    checkFiles: {},
    timeoutMs: 1_000,
    setupTimeoutMs: 60_000,
    checkTimeoutMs: 1_000,
    sandbox: 'workspace-write',
    ...more,
  };
  return prepareBase({
    task,
    directory: join(folderFor(t), 'base'),
    environment: { PATH: process.env['PATH'] ?? '', HOME: folderFor(t) },
    stop: new AbortController().signal,
    marks: { run: `prepare-${process.pid}`, spare: () => false },
    except: [],
  });
}

test('a repository at a ref: one commit, no way back to where it came from, no later history', async (t) => {
  const upstream = repository(t);
  for (const ref of ['v1', git(upstream, 'rev-parse', 'v1')]) {
    const base = await prepare(t, { source: { kind: 'repository', repository: upstream, ref } });
    assert.ok(base.ok, base.ok ? '' : base.message);
    assert.deepEqual(readdirSync(base.directory).sort(), ['.git', 'a.txt', 'b.txt']);
    assert.equal(base.tree, git(upstream, 'rev-parse', 'v1^{tree}'));
    assert.equal(git(base.directory, 'log', '--all', '--format=%s'), 'b.txt');
    assert.equal(git(base.directory, 'remote'), '');
    assert.equal(git(base.directory, 'status', '--porcelain'), '');
    assert.throws(() => git(base.directory, 'cat-file', '-e', git(upstream, 'rev-parse', 'main')));
  }
});

test('a ref that is not there, and a repository that is none, are told in the words of Git', async (t) => {
  const upstream = repository(t);
  const missing = await prepare(t, { source: { kind: 'repository', repository: upstream, ref: 'v2' } });
  assert.ok(!missing.ok && /v2/.test(missing.message), JSON.stringify(missing));
  const none = await prepare(t, { source: { kind: 'repository', repository: folderFor(t), ref: 'HEAD' } });
  assert.ok(!none.ok && /fatal/.test(none.message), JSON.stringify(none));
});

test('a folder is copied with its own files on top, and its tree is that of its files', async (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, 'a.txt'), 'one');
  const source = { kind: 'folder', folder } as const;
  const base = await prepare(t, { source, files: { 'deep/b.txt': 'two' } });
  assert.ok(base.ok);
  assert.equal(readFileSync(join(base.directory, 'deep', 'b.txt'), 'utf8'), 'two');
  assert.deepEqual(readdirSync(folder), ['a.txt']);
  assert.equal(git(base.directory, 'status', '--porcelain'), '');
  const again = await prepare(t, { source, files: { 'deep/b.txt': 'two' } });
  assert.ok(again.ok);
  assert.equal(again.tree, base.tree);
  writeFileSync(join(folder, 'a.txt'), 'changed');
  const changed = await prepare(t, { source, files: { 'deep/b.txt': 'two' } });
  assert.ok(changed.ok);
  assert.notEqual(changed.tree, base.tree);
});

test('a worktree is copied without the way into its repository', async (t) => {
  const upstream = repository(t);
  const worktree = join(folderFor(t), 'tree');
  git(upstream, 'worktree', 'add', '-q', worktree, 'v1');
  const base = await prepare(t, { source: { kind: 'folder', folder: worktree } });
  assert.ok(base.ok);
  assert.ok(statSync(join(base.directory, '.git')).isDirectory());
  assert.equal(git(base.directory, 'log', '--format=%s'), 'Begin');
});

test('nothing done in a copy reaches the original', { skip: process.platform === 'win32' }, async (t) => {
  const [from, to] = [join(folderFor(t), 'from'), join(folderFor(t), 'to')];
  mkdirSync(join(from, 'out'), { recursive: true });
  writeFileSync(join(from, 'a.txt'), 'one');
  linkSync(join(from, 'a.txt'), join(from, 'hard.txt'));
  symlinkSync('a.txt', join(from, 'relative'));
  symlinkSync(join(from, 'a.txt'), join(from, 'absolute'));
  symlinkSync('/usr/bin/env', join(from, 'outside'));
  writeFileSync(join(from, 'out', 'receipts.jsonl'), 'x');
  writeFileSync(join(from, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(from, 'run.sh'), 0o755);
  await copyFolder(from, to, [join(from, 'out')]);
  assert.deepEqual(readdirSync(to).sort(), ['a.txt', 'absolute', 'hard.txt', 'outside', 'relative', 'run.sh']);
  assert.equal(readlinkSync(join(to, 'absolute')), join(to, 'a.txt'));
  assert.equal(readlinkSync(join(to, 'outside')), '/usr/bin/env');
  assert.ok((statSync(join(to, 'run.sh')).mode & 0o111) !== 0);
  for (const name of ['a.txt', 'absolute', 'hard.txt', 'relative']) writeFileSync(join(to, name), 'changed');
  assert.equal(readFileSync(join(from, 'a.txt'), 'utf8'), 'one');
});

test('texts are written into the copy, whatever links an agent put in their way', {
  skip: process.platform === 'win32',
}, (t) => {
  const [folder, elsewhere] = [folderFor(t), folderFor(t)];
  writeFileSync(join(elsewhere, 'file.txt'), 'kept');
  symlinkSync(elsewhere, join(folder, 'test'));
  symlinkSync(join(elsewhere, 'file.txt'), join(folder, 'file.txt'));
  mkdirSync(join(folder, 'was-folder'));
  writeInside(folder, { 'test/deep/new.txt': 'a', 'file.txt': 'b', 'was-folder': 'c', 'x/../y.txt': 'd' });
  assert.deepEqual(readdirSync(elsewhere), ['file.txt']);
  assert.equal(readFileSync(join(elsewhere, 'file.txt'), 'utf8'), 'kept');
  assert.ok(lstatSync(join(folder, 'test')).isDirectory());
  assert.equal(readFileSync(join(folder, 'was-folder'), 'utf8'), 'c');
  assert.equal(readFileSync(join(folder, 'y.txt'), 'utf8'), 'd');
});

test('a folder goes, also where parts of it may not be written', async (t) => {
  const folder = join(folderFor(t), 'gone');
  mkdirSync(join(folder, 'cache', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'cache', 'deep', 'a.txt'), 'x');
  for (const place of ['cache/deep', 'cache']) chmodSync(join(folder, place), 0o500);
  await removeFolder(folder);
  assert.ok(!existsSync(folder));
  await removeFolder(folder);
});
