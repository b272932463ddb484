import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { setDefaultModel, withDefaultModel } from './edit.ts';
import { ConfigError } from './issues.ts';

const cases: readonly (readonly [string, string, string])[] = [
  [
    'replaced in place',
    '# a\ndefault_model: old   # why\nmodels: []\n',
    '# a\ndefault_model: new   # why\nmodels: []\n',
  ],
  ['quoted before', 'default_model: "old"\n', 'default_model: new\n'],
  ['no value yet', 'default_model:\nmodels: []\n', 'default_model: new\nmodels: []\n'],
  ['added at the end', '# mine\nmodels: []  # none\n', '# mine\nmodels: []  # none\ndefault_model: new\n'],
  ['no newline at the end', 'models: []', 'models: []\ndefault_model: new\n'],
  ['nothing but a comment', '# mine\n', '# mine\ndefault_model: new\n'],
  ['nothing', '', 'default_model: new\n'],
  ['line ends of Windows', 'models: []\r\n', 'models: []\r\ndefault_model: new\r\n'],
  ['the same name deeper', 'x:\n  default_model: a\n', 'x:\n  default_model: a\ndefault_model: new\n'],
];

for (const [name, before, after] of cases) {
  test(`default_model: ${name}`, () => assert.equal(withDefaultModel(before, 'new', 'config.yaml'), after));
}

test('a file in braces keeps its values', () => {
  const text = withDefaultModel('{ models: [], server: { port: 1 } }\n', 'new', 'config.yaml');
  assert.deepEqual(parse(text), { models: [], server: { port: 1 }, default_model: 'new' });
});

test('what is no YAML map is refused', () => {
  assert.throws(() => withDefaultModel('a: [', 'new', 'config.yaml'), ConfigError);
  assert.throws(() => withDefaultModel('- a\n', 'new', 'config.yaml'), ConfigError);
});

test('law: any slug comes back, and every other line stays', () => {
  const slug = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => /^[^\s\p{Cc}]+$/u.test(text));
  const text = '# top\nserver: { port: 1 } # here\n\ndefault_model: a # there\nroutes:\n    r: { targets: [a] }\n';
  fc.assert(
    fc.property(slug, (name) => {
      const edited = withDefaultModel(text, name, 'config.yaml');
      assert.deepEqual(parse(edited), { ...parse(text), default_model: name });
      assert.equal(edited.split('\n').filter((line, index) => line !== text.split('\n')[index]).length <= 1, true);
    }),
  );
});

test('the file is replaced whole; its mode stays, and a link stays a link', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-edit-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const target = join(folder, 'dotfile.yaml');
  writeFileSync(target, 'default_model: a\n', { mode: 0o640 });
  const mode = statSync(target).mode;
  const link = join(folder, 'config.yaml');
  if (process.platform !== 'win32') symlinkSync(target, link);
  setDefaultModel(process.platform === 'win32' ? target : link, 'b');
  assert.equal(readFileSync(target, 'utf8'), 'default_model: b\n');
  assert.equal(statSync(target).mode, mode);
  if (process.platform !== 'win32') assert.ok(lstatSync(link).isSymbolicLink());
  assert.ok(readdirSync(folder).every((name) => !name.endsWith('.tmp')));
  assert.throws(() => setDefaultModel(join(folder, 'none.yaml'), 'b'), /plugboard init/);
});
