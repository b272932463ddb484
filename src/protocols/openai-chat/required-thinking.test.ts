import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Part, ProviderState } from '../../ir/request.ts';
import { call, encode, objectsIn, result, say, words } from './testing/requests.ts';

const ECHO = { field: 'reasoning_content', when: 'tool-turns', required: true } as const;

function assistantTurn(...parts: readonly Part[]): unknown {
  const messages = [
    say('user', 'hi'),
    { role: 'assistant', parts } as const,
    ...(parts.some((part) => part.type === 'tool-call')
      ? [{ role: 'tool', parts: [result('c1', words('x'))] } as const]
      : []),
    say('user', 'more'),
  ];
  return objectsIn(encode({ messages }, { reasoning: { echo: ECHO } }).body['messages'])[1]?.['reasoning_content'];
}

function thought(provider: string): Part {
  const state: ProviderState = { protocol: 'openai-chat', provider, model: 'm', value: {} };
  return { type: 'reasoning', texts: ['Hm.'], state };
}

test('a call whose thinking is not at hand bears it empty where the provider demands it', () => {
  const ls = call('c1', 'ls', '{}');
  assert.equal(assistantTurn(ls), '');
  assert.equal(assistantTurn(thought('elsewhere'), ls), '');
  assert.equal(assistantTurn(words('no call')), undefined);
});
