import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockWords, decodeFinishReason } from './finish-reason.ts';
import { encodeImage, tellsType } from './images.ts';

test('a word that nobody knows is no more than a word, whatever JavaScript makes of it', () => {
  for (const word of ['constructor', 'toString', '__proto__', 'NEW_REASON']) {
    assert.deepEqual(decodeFinishReason(word, '', false), { type: 'finish', reason: 'stop' }, word);
    assert.equal(blockWords(word, ''), `The provider blocked the prompt: ${word}.`);
  }
  const url = 'https://images.example/picture.constructor';
  assert.equal(tellsType(url), false);
  assert.deepEqual(encodeImage({ type: 'image', url }), {
    kind: 'image',
    fileData: { mimeType: 'image/jpeg', fileUri: url },
  });
});
