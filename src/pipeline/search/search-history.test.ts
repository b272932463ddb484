import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message, Part } from '../../ir/request.ts';
import { type MadeSearch, searchState, withSearches } from './search-history.ts';

const SHOWN: Part = { type: 'opaque', protocol: 'openai-responses', value: { type: 'web_search_call' } };

function state(callId: string, closes: boolean): Part {
  const search: MadeSearch = { callId, input: '{"query":"q"}', result: `found ${callId}`, closes };
  const [, end] = searchState(search, 'openai-responses');
  assert.ok(end?.type === 'reasoning-end' && end.state !== undefined);
  return { type: 'reasoning', texts: [], state: end.state };
}

const text = (words: string): Part => ({ type: 'text', text: words });
const call = (callId: string, name = 'web_search'): Part => ({
  type: 'tool-call',
  callId,
  kind: 'function',
  name: { name },
  input: '{"query":"q"}',
});
const result = (callId: string): Part => ({
  type: 'tool-result',
  callId,
  kind: 'function',
  content: [{ type: 'text', text: `found ${callId}` }],
});
const user: Message = { role: 'user', parts: [text('hi')] };

test('each search becomes the call and the result that it was, in the turns that the model had', () => {
  const parts = [
    text('I look.'),
    SHOWN,
    state('a', false),
    SHOWN,
    state('b', true),
    text('And again.'),
    SHOWN,
    state('c', true),
    text('So.'),
  ];
  assert.deepEqual(withSearches([user, { role: 'assistant', parts }, user]), [
    user,
    { role: 'assistant', parts: [text('I look.'), call('a'), call('b')] },
    { role: 'tool', parts: [result('a'), result('b')] },
    { role: 'assistant', parts: [text('And again.'), call('c')] },
    { role: 'tool', parts: [result('c')] },
    { role: 'assistant', parts: [text('So.')] },
    user,
  ]);
});

test('beside calls of the client their results stand together', () => {
  const history: Message[] = [
    user,
    { role: 'assistant', parts: [call('x', 'run'), SHOWN, state('a', false)] },
    { role: 'tool', parts: [result('x')] },
  ];
  assert.deepEqual(withSearches(history), [
    user,
    { role: 'assistant', parts: [call('x', 'run'), call('a')] },
    { role: 'tool', parts: [result('a'), result('x')] },
  ]);
  assert.deepEqual(withSearches(history.slice(0, 2)).at(-1), { role: 'tool', parts: [result('a')] });
});

test('a history without searches is the same value', () => {
  const history: Message[] = [user, { role: 'assistant', parts: [SHOWN, text('x')] }];
  assert.equal(withSearches(history), history);
});
