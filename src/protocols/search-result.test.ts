import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchedToolWords } from './search-result.ts';

const names = {
  wireName: ({ name, namespace }: { name: string; namespace?: string }) => `${namespace ?? ''}__${name}`,
};
const words = (tools: unknown): string =>
  searchedToolWords(
    { type: 'tool-result', callId: 'c', kind: 'search', content: [{ type: 'text', text: JSON.stringify(tools) }] },
    names,
  );

test('found tools are named as the model may call them', () => {
  const tools = [
    { type: 'namespace', name: 'a', tools: [{ type: 'function', name: 'b', description: 'Does b.' }] },
    { type: 'function', name: 'c' },
  ];
  assert.equal(words(tools), 'These tools can be called from now on:\n- a__b: Does b.\n- __c');
  assert.equal(words([]), 'No tool was found.');
  assert.equal(words('no list'), 'No tool was found.');
});
