import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { copyFolder } from './copy-folder.ts';

test('what is not to be copied is left out, whichever of the two paths goes by a link', async (t) => {
  const at = mkdtempSync(join(tmpdir(), 'plugboard-copy-'));
  t.after(() => rmSync(at, { recursive: true, force: true }));
  const [real, alias] = [join(at, 'real'), join(at, 'alias')];
  mkdirSync(join(real, 'out'), { recursive: true });
  writeFileSync(join(real, 'a.txt'), 'a');
  symlinkSync(real, alias, 'junction');
  for (const [name, from, except] of [
    ['one', real, join(alias, 'out')],
    ['two', alias, join(real, 'out')],
  ] as const) {
    await copyFolder(from, join(at, name), [except]);
    assert.deepEqual(readdirSync(join(at, name)), ['a.txt']);
  }
});
