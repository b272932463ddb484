import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceEvent } from '../../ir/event.ts';
import type { Json } from '../../ir/json.ts';
import { chatEgress, egress } from './egress.ts';
import { CHAT_DIALECT, requestWith } from './testing/requests.ts';

function decode(body: Json): readonly InferenceEvent[] {
  const target = { provider: 'p', model: 'm', credentialId: 'k', dialect: CHAT_DIALECT };
  return chatEgress(() => 'n')
    .open(requestWith({ stream: false }), target)
    .decodeResponse(body);
}

test('a whole reply is a stream that arrived at once', () => {
  const call = { id: 'c1', type: 'function', function: { name: 'ls', arguments: '{"dir": "/"}' } };
  const message = { role: 'assistant', reasoning_content: 'Why.', content: 'Hello', tool_calls: [call] };
  const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
  const state = {
    protocol: 'openai-chat',
    provider: 'p',
    model: 'm',
    credentialId: 'k',
    value: { field: 'reasoning_content' },
  };
  assert.deepEqual(
    decode({ id: 'x', model: 'y', choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage }),
    [
      { type: 'response-start', id: 'x', model: 'y' },
      { type: 'reasoning-start' },
      { type: 'reasoning-delta', text: 'Why.' },
      { type: 'reasoning-end', state },
      { type: 'text-start' },
      { type: 'text-delta', text: 'Hello' },
      { type: 'text-end' },
      { type: 'tool-call-start', callId: 'c1', kind: 'function', name: { name: 'ls' } },
      { type: 'tool-call-delta', input: '{"dir": "/"}' },
      { type: 'tool-call-end' },
      { type: 'usage', usage: { freshInput: 3, cacheRead: 0, cacheWrite: 0, output: 4, reasoning: 0 } },
      { type: 'finish', reason: 'tool-calls' },
    ],
  );
});

const FAILURES: readonly (readonly [string, Json, string])[] = [
  ['an error with status 200', { error: { message: 'no', code: 'insufficient_quota' } }, 'quota'],
  ['no choices', { id: 'x', choices: [] }, 'cut'],
  ['no finish reason', { choices: [{ message: { content: 'x' } }] }, 'cut'],
  ['no object', 'busy', 'protocol'],
];

for (const [name, body, kind] of FAILURES) {
  test(`a whole reply that is none: ${name}`, () => {
    const last = decode(body).at(-1);
    assert.equal(last?.type === 'error' && last.failure.kind, kind);
  });
}

test('beside a reply that passes as bytes, the same decoder counts', () => {
  const tap = egress.tap.decodeStream();
  const chunk = {
    choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 2 },
  };
  const events = [...tap.push(new TextEncoder().encode(`data: ${JSON.stringify(chunk)}\n\n`)), ...tap.end()];
  assert.deepEqual(
    events.map((event) => event.type),
    ['response-start', 'text-start', 'text-delta', 'text-end', 'usage', 'finish'],
  );
});

test('path and errors are those of the API', () => {
  assert.equal(egress.path('m', true), '/chat/completions');
  assert.equal(egress.decodeError(429, {}, '{"error":{"message":"slow down"}}', 0).kind, 'rate-limited');
});
