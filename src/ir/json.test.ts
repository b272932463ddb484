import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonText, MAX_DEPTH, memberAt, parseJson } from './json.ts';

test('JSON text holds no half of a surrogate pair, and is else what it always is', () => {
  assert.equal(jsonText({ a: ['x\ud83d', '\udc00'] }), '{"a":["x\ufffd","\ufffd"]}');
  for (const text of ['\\ud83d', '\\\\ud83d', '\ud83d\ude00', 'C:\\udev'])
    assert.equal(jsonText({ text }), JSON.stringify({ text }));
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('\\', 'u', 'd83d', '\ud83d', '\ude00', '"') })), (texts) => {
      const expected = JSON.stringify(texts.map((text) => text.toWellFormed()));
      assert.equal(jsonText(texts), expected);
    }),
  );
});

test('JSON that is nested deeper than the limit is none, brackets in strings aside', () => {
  const deep = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);
  assert.notEqual(parseJson(deep(MAX_DEPTH, '[', ']')), undefined);
  assert.equal(parseJson(deep(MAX_DEPTH + 1, '[', ']')), undefined);
  assert.equal(parseJson(deep(100_000, '[', ']')), undefined);
  assert.equal(parseJson(`${'{"a":'.repeat(MAX_DEPTH + 1)}1${'}'.repeat(MAX_DEPTH + 1)}`), undefined);
  const words = JSON.stringify({ text: `\\"${'[{'.repeat(5_000)}`, more: '['.repeat(5_000) });
  assert.deepEqual(parseJson(words), JSON.parse(words));
  assert.notEqual(parseJson(`[${'[],'.repeat(5_000)}[]]`), undefined);
});

test('a member at a dotted path, in lists by their number, under any name by a star', () => {
  const value = { a: { b: [1, { c: 2 }] }, info: { x: 'text', 'qwen3.size': 5, deep: { length: 7 } } };
  assert.equal(memberAt(value, 'a.b.1.c'), 2);
  assert.deepEqual(memberAt(value, 'a.b'), [1, { c: 2 }]);
  assert.equal(memberAt(value, 'info.*.length'), 7);
  assert.equal(memberAt(value, 'info.*.size'), 5);
  for (const path of ['a.x.c', 'a.b.9', 'a.b.1.c.d', 'nothing', 'info.*.missing']) {
    assert.equal(memberAt(value, path), undefined, path);
  }
});
