import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonText } from './json.ts';

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
