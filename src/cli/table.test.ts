import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from './table.ts';

const HEAD = [{ title: 'NAME' }, { title: 'SIZE', right: true }, { title: 'WORDS' }];

test('columns are as wide as they need, numbers to the right, no space at the end', () => {
  const text = table(HEAD, [
    ['a', '1', 'first'],
    ['bcdef', '1000', ''],
  ]);
  assert.equal(text, 'NAME   SIZE  WORDS\na         1  first\nbcdef  1000\n');
});

test('colours count for nothing', () => {
  const text = table(HEAD, [['\x1b[32mab\x1b[39m', '1', 'x']]);
  assert.equal(text, 'NAME  SIZE  WORDS\n\x1b[32mab\x1b[39m       1  x\n');
});

test('a terminal cuts what does not fit, a pipe does not', () => {
  assert.equal(table(HEAD, [['a', '1', 'long words']], 14), 'NAME  SIZE  W…\na        1  l…\n');
});
