import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compressText } from './compress.ts';
import { readJsonTree } from './json-tree.ts';
import { kindOf } from './kind.ts';

const lines = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n');

test('kinds of output are told apart', () => {
  const kinds: Readonly<Record<string, string>> = {
    'test-output': `running 30 tests\n${lines(30, (at) => `test tests::works_${at} ... ok`)}\ntest result: ok. 30 passed`,
    log: lines(30, (at) => `2024-08-27 06:15:${10 + at} INFO ready ${at}`),
    diff: `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,4 @@\n${lines(30, (at) => ` line ${at}`)}`,
    listing: lines(30, (at) => `./src/context/file-${at}.ts`),
    json: JSON.stringify(Array.from({ length: 30 }, (_, id) => ({ id, name: `n${id}` }))),
    other: lines(30, (at) => `Some words of a person, ${at} of them.`),
  };
  for (const [kind, text] of Object.entries(kinds)) assert.equal(kindOf(text), kind);
});

test('a log whose lines begin with a bracket, and whose last ends with one, is no JSON', () => {
  for (const begin of ['2024-08-27 06:15:10', '1234] 06:15:10 [x']) {
    assert.equal(kindOf(lines(30, (at) => `[${begin}] INFO step ${at} [done]`)), 'log');
  }
  for (const text of ['[1, 2]', '[-1.5e3]\n[2]', '[true]', '[]', '[[1]]', '{}', '[\n  "a"\n]'])
    assert.equal(kindOf(text), 'json');
});

test('source code, prose and tables are left alone', () => {
  const code = lines(80, (at) => `export function f${at}(x: number): number {\n  return x + ${at};\n}`);
  const prose = lines(
    60,
    (at) => `Paragraph ${at} says that the gateway keeps the head of a stream until text arrives.`,
  );
  const table = lines(200, (at) => `${at},name-${at},${at * 7},2024`);
  const measured = lines(200, (at) => `2024-08-27 06:${10 + (at % 50)}:00,${at * 7},${at / 8},${at}`);
  const named = lines(200, (at) => `2024-08-27 06:${10 + (at % 50)}:00,sensor-${at % 3},${at / 8},good`);
  for (const text of [code, prose, table, measured, named]) assert.equal(compressText(text).text, text);
});

test('kinds can be left as they are', () => {
  const json = JSON.stringify(
    Array.from({ length: 60 }, (_, id) => ({ identifier: id, description: `n${id}` })),
    null,
    2,
  );
  assert.equal(compressText(json, new Set(['json'])).text, json);
});

test('a diff stays as it is', () => {
  const diff = `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,4 @@\n${lines(300, (at) => ` the same line ${at % 3}`)}`;
  assert.equal(compressText(diff).text, diff);
});

test('passes are counted, failures stay', () => {
  const output = [
    '============================= test session starts ==============================',
    lines(60, (at) => `tests/test_a.py::test_${at} PASSED`),
    'tests/test_a.py::test_bad FAILED',
    '=================================== FAILURES ===================================',
    '>       assert 1 == 2',
    'E       assert 1 == 2',
    'tests/test_a.py:12: AssertionError',
    '=================== 1 failed, 60 passed in 6.70s ===================',
  ].join('\n');
  assert.deepEqual(compressText(output).text.split('\n').slice(1), [
    '============================= test session starts ==============================',
    '[60 passed]',
    'tests/test_a.py::test_bad FAILED',
    '=================================== FAILURES ===================================',
    '>       assert 1 == 2',
    'E       assert 1 == 2',
    'tests/test_a.py:12: AssertionError',
    '=================== 1 failed, 60 passed in 6.70s ===================',
  ]);
});

test('paths are told by folder, and names that count on as one', () => {
  const listing = [
    './src/a/index.ts',
    './src/a/page.ts',
    lines(60, (at) => `./shots/img_${String(at).padStart(4, '0')}.png`),
    './README.md',
  ];
  assert.equal(
    compressText(listing.join('\n')).text.split('\n').slice(1).join('\n'),
    './src/a/: index.ts page.ts\n./shots/: img_{0000..0059}.png\n./README.md',
  );
});

test('a tree is told by its depth', () => {
  const tree = `.\n${lines(40, (at) => `├── folder${at}\n│   ├── one.ts\n│   └── two.ts`)}`;
  assert.match(compressText(tree).text, /\n\.\n folder0\n {2}one\.ts\n {2}two\.ts\n folder1\n/u);
});

test('JSON loses its spaces and its repeated keys, and no value', () => {
  const rows = Array.from({ length: 40 }, (_, id) => ({ id, name: `name ${id}`, big: 0 }));
  const json = JSON.stringify({ rows, total: 40 }, null, 2).replaceAll('"big": 0', '"big": 12345678901234567890.10');
  const { text } = compressText(json);
  assert.match(
    text,
    /^\[Shortened: JSON .*\]\n\{"rows":\[\{\|"id","name","big"\|\},\[0,"name 0",12345678901234567890\.10\],\[1,/u,
  );
  const numbered = `${lines(40, (at) => JSON.stringify({ at, level: 'info', message: `m${at}` }))}\n`;
  assert.match(compressText(numbered).text, /\[\{\|"at","level","message"\|\},\[0,"info","m0"\]/u);
});

test('what is read as JSON is all of it, as it was written', () => {
  const written = (tree: NonNullable<ReturnType<typeof readJsonTree>>): string => {
    if (tree.kind === 'raw') return tree.text;
    if (tree.kind === 'array') return `[${tree.items.map(written).join(',')}]`;
    return `{${tree.members.map(([key, value]) => `${key}:${written(value)}`).join(',')}}`;
  };
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 1, 2), (json, indent) => {
      const tree = readJsonTree(JSON.stringify(JSON.parse(json), null, indent));
      assert.ok(tree);
      assert.equal(written(tree), JSON.stringify(JSON.parse(json)));
    }),
  );
  assert.equal(readJsonTree('[1,'), undefined);
  assert.equal(readJsonTree('['.repeat(200_000)), undefined);
});

test('what a shell says before the output of a command stays, and is not asked what kind it is', () => {
  const head =
    'Chunk ID: 7f\nWall time: 1.20 seconds\nProcess exited with code 0\nOriginal token count: 900\nOutput:\n';
  const json = JSON.stringify(Array.from({ length: 60 }, (_, id) => ({ identifier: id, description: `n${id}` })));
  const { text, kind } = compressText(head + json);
  assert.equal(kind, 'json');
  assert.ok(text.startsWith(`${head}[Shortened: JSON`));
  assert.equal(compressText(text).text, text);
});
