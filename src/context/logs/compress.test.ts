import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressText } from './compress.ts';

test('what is short, or nothing that repeats, stays as it is', () => {
  for (const text of ['', 'ok\n', 'A sentence about something else than logs. '.repeat(40)]) {
    const { text: after, savedCharacters } = compressText(text);
    assert.equal(after, text);
    assert.equal(savedCharacters, 0);
  }
});
