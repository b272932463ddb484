import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { foldersOf, treePrint, treePrints } from './working-tree.ts';

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'plugboard-tree-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(made, 'a.txt'), 'one');
  mkdirSync(join(made, 'deep'));
  writeFileSync(join(made, 'deep', 'b.txt'), 'two');
  return made;
}

test('a file that is changed, added or removed anywhere shows; looking does not', (t) => {
  const at = folder(t);
  const before = treePrint(at);
  assert.ok(before !== undefined);
  assert.equal(treePrint(at), before);
  writeFileSync(join(at, 'deep', 'b.txt'), 'three');
  const changed = treePrint(at);
  assert.notEqual(changed, before);
  writeFileSync(join(at, 'c.txt'), '');
  const added = treePrint(at);
  assert.notEqual(added, changed);
  rmSync(join(at, 'a.txt'));
  assert.notEqual(treePrint(at), added);
});

test("git's own files and what tools install do not count; a commit does", (t) => {
  const at = folder(t);
  const before = treePrint(at);
  mkdirSync(join(at, '.git'));
  writeFileSync(join(at, '.git', 'index'), 'x');
  mkdirSync(join(at, 'node_modules'));
  writeFileSync(join(at, 'node_modules', 'x.js'), 'x');
  assert.equal(treePrint(at), before);
  mkdirSync(join(at, '.git', 'logs'));
  writeFileSync(join(at, '.git', 'logs', 'HEAD'), 'a commit\n');
  assert.notEqual(treePrint(at), before);
});

test('a commit in a worktree of git shows; `target` is left out only where a build fills it', (t) => {
  const [at, git] = [folder(t), folder(t)];
  writeFileSync(join(at, '.git'), `gitdir: ${git}\n`);
  mkdirSync(join(at, 'target'));
  const before = treePrint(at);
  mkdirSync(join(git, 'logs'));
  writeFileSync(join(git, 'logs', 'HEAD'), 'a commit\n');
  const committed = treePrint(at);
  assert.notEqual(committed, before);
  writeFileSync(join(at, 'target', 'own.txt'), 'x');
  assert.notEqual(treePrint(at), committed);
  writeFileSync(join(at, 'Cargo.toml'), '');
  const built = treePrint(at);
  writeFileSync(join(at, 'target', 'more.txt'), 'x');
  assert.equal(treePrint(at), built);
});

test('a folder that is too large, or not there, cannot be told', (t) => {
  assert.equal(treePrint(folder(t), 1), undefined);
  assert.equal(treePrint('/nowhere/at/all'), undefined);
});

test('a file that is changed where Codex was sent shows, too', (t) => {
  const [here, there] = [folder(t), folder(t)];
  for (const args of [['-C', there], [`-C${there}`], [`--cd=${there}`], ['--json', '--add-dir', there]]) {
    assert.deepEqual(foldersOf(args, here), [here, there]);
  }
  assert.deepEqual(foldersOf(['--color', 'never', '--cd'], here), [here]);
  const before = treePrints([here, there]);
  assert.equal(treePrints([here, there]), before);
  writeFileSync(join(there, 'a.txt'), 'other');
  assert.notEqual(treePrints([here, there]), before);
  assert.equal(treePrints([here, '/nowhere/at/all']), undefined);
});
