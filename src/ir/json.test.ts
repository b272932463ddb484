import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonText, MAX_DEPTH, parseJson } from './json.ts';

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
