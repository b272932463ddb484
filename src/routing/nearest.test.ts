import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meant, nearest } from './nearest.ts';

test('the nearest come first, and letter case does not count', () => {
  assert.deepEqual(nearest('DeepSeek-coder', ['local-qwen', 'deepseek-coder', 'deepseek-chat']), [
    'deepseek-coder',
    'deepseek-chat',
    'local-qwen',
  ]);
});

test('a name that holds the word is near', () => {
  assert.equal(nearest('qwen', ['gwent', 'local-qwen-coder'], 1)[0], 'local-qwen-coder');
  assert.equal(meant('qwen', ['local-qwen-coder', 'mistral-large']), 'local-qwen-coder');
});

test('what is like nothing was not meant', () => {
  assert.equal(meant('zzzzzz', ['provider', 'slug']), undefined);
  assert.equal(meant('provder', ['provider', 'slug']), 'provider');
  assert.equal(meant('x', []), undefined);
});
