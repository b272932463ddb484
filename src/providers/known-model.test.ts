import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesModel } from './known-model.ts';

test('a star stands for any run of characters', () => {
  const cases: readonly [pattern: string, id: string, matches: boolean][] = [
    ['gpt-5', 'gpt-5', true],
    ['gpt-5', 'gpt-5.5', false],
    ['gpt-5*', 'GPT-5.5', true],
    ['*', '', true],
    ['*/deepseek-*', 'org/DeepSeek-V4', true],
    ['*/deepseek-*', 'deepseek-v4', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['ab*ba', 'aba', false],
    ['a*b*b', 'ab', false],
  ];
  for (const [pattern, id, matches] of cases) assert.equal(matchesModel(pattern, id), matches, `${pattern} ${id}`);
});
