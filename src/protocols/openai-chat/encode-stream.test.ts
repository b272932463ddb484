import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FinishReason, InferenceEvent } from '../../ir/event.ts';
import type { FailureKind } from '../../ir/failure.ts';
import { isJsonObject, type Json, parseJson } from '../../ir/json.ts';
import type { InferenceRequest } from '../../ir/request.ts';
import { foldEvents } from '../../ir/response.ts';
import { encodeError } from './encode-error.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeStream } from './encode-stream.ts';
import { replyTo } from './testing/reply-context.ts';

const STATE = { protocol: 'openai-responses', provider: 'p', model: 'm', value: { encrypted_content: 'e' } } as const;

const text = (said: string): InferenceEvent[] => [
  { type: 'text-start' },
  { type: 'text-delta', text: said },
  { type: 'text-end' },
];
const call = (callId: string, kind: 'function' | 'custom', ...input: string[]): InferenceEvent[] => [
  { type: 'tool-call-start', callId, kind, name: { name: 'tool' } },
  ...input.map((piece): InferenceEvent => ({ type: 'tool-call-delta', input: piece })),
  { type: 'tool-call-end' },
];
const finish = (reason: FinishReason): InferenceEvent => ({ type: 'finish', reason });

function frames(events: readonly InferenceEvent[], request: Partial<InferenceRequest> = {}): readonly string[] {
  const encoder = encodeStream(replyTo(request));
  return [...events.flatMap((event) => [...encoder.push(event)]), ...encoder.end()].map(({ data }) => data);
}

/** The deltas, and the last chunk's reason. */
function told(
  events: readonly InferenceEvent[],
  request: Partial<InferenceRequest> = {},
): readonly (Json | undefined)[] {
  return frames(events, request).map((data) => {
    const chunk = parseJson(data);
    const choice = isJsonObject(chunk) && Array.isArray(chunk['choices']) ? chunk['choices'][0] : undefined;
    return isJsonObject(choice) ? (choice['finish_reason'] ?? choice['delta']) : data;
  });
}

const ROLE = { role: 'assistant', content: '', refusal: null };

test('counts are told only to who asks', () => {
  const events = [...text('Hi.'), finish('stop')];
  assert.ok(frames(events).every((data) => !data.includes('usage')));
  const asked = frames(events, { reply: { usage: true } });
  assert.match(asked.at(-2) ?? '', /"choices":\[\],"usage":\{"prompt_tokens":0/);
  assert.ok(asked.slice(0, -2).every((data) => data.endsWith('"usage":null}')));
  assert.equal(asked.at(-1), '[DONE]');
});

test('freeform calls are custom tool calls, calls without arguments have an empty object', () => {
  const events = [...call('a', 'custom', 'raw ', '"text"'), ...call('b', 'function'), finish('tool-calls')];
  assert.deepEqual(told(events), [
    ROLE,
    { tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'tool', input: '' } }] },
    { tool_calls: [{ index: 0, custom: { input: 'raw ' } }] },
    { tool_calls: [{ index: 0, custom: { input: '"text"' } }] },
    { tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'tool', arguments: '' } }] },
    { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
    'tool_calls',
    '[DONE]',
  ]);
});

test('a client of the old form gets one function call', () => {
  const events = [...call('a', 'function', '{"a":', '1}'), ...call('b', 'function', '{}'), finish('tool-calls')];
  assert.deepEqual(told(events, { reply: { functions: true } }), [
    ROLE,
    { function_call: { name: 'tool', arguments: '' } },
    { function_call: { arguments: '{"a":' } },
    { function_call: { arguments: '1}' } },
    'function_call',
    '[DONE]',
  ]);
});

test('why a reply ended', () => {
  const ends = (reason: FinishReason, ...events: InferenceEvent[]) => told([...events, finish(reason)]).at(-2);
  assert.equal(ends('stop', ...text('Hi.')), 'stop');
  assert.equal(ends('tool-calls', ...text('Hi.')), 'stop', 'without a call there is none to run');
  assert.equal(ends('stop', ...call('a', 'function', '{}')), 'tool_calls');
  assert.equal(ends('length', ...call('a', 'function', '{}')), 'length');
  assert.equal(ends('content-filter'), 'content_filter');
  assert.equal(ends('refusal'), 'stop');
  assert.deepEqual(told([finish('refusal')])[1], { refusal: 'The model declined to answer.' });
});

test('blocks of one kind are parted by a blank line, halves of a character never', () => {
  const events: InferenceEvent[] = [
    { type: 'reasoning-start' },
    { type: 'reasoning-delta', text: 'One' },
    { type: 'reasoning-part' },
    { type: 'reasoning-delta', text: 'two' },
    { type: 'reasoning-end', state: STATE },
    { type: 'text-start' },
    { type: 'text-delta', text: 'a\ud83d' },
    { type: 'text-delta', text: '\ude00b\ud83d' },
    { type: 'text-end' },
    ...text('c'),
    finish('stop'),
  ];
  const [, one, two, details, ...rest] = told(events);
  assert.deepEqual([one, two], [{ reasoning_content: 'One' }, { reasoning_content: '\n\ntwo' }]);
  assert.match(JSON.stringify(details), /"reasoning.text","text":"One\\n\\ntwo".*"reasoning.encrypted","data":"pb1:/);
  assert.deepEqual(rest.slice(0, 4), [
    { content: 'a' },
    { content: '😀b' },
    { content: '\ufffd' },
    { content: '\n\nc' },
  ]);
});

test('a failure ends the stream with the error alone', () => {
  const error: InferenceEvent = {
    type: 'error',
    failure: { kind: 'rate-limited', message: 'Slow down.', mend: 'Wait.' },
  };
  const cut = frames([...text('Hi.')]);
  assert.match(cut.at(-1) ?? '', /^\{"error":\{"message":"The reply ended before/);
  assert.equal(
    frames([...text('Hi.'), error, finish('stop')]).at(-1),
    '{"error":{"message":"Slow down. Wait.","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}',
  );
});

test('a whole reply says what its stream says', () => {
  const events: InferenceEvent[] = [
    { type: 'reasoning-start' },
    { type: 'reasoning-delta', text: 'T' },
    { type: 'reasoning-end', state: STATE },
    ...text('Hi.'),
    ...text('There.'),
    ...call('a', 'function', '{"a":1}'),
    ...call('b', 'custom', 'raw'),
    { type: 'usage', usage: { freshInput: 1, cacheRead: 2, cacheWrite: 3, output: 4, reasoning: 1 } },
    finish('tool-calls'),
  ];
  const folded = foldEvents(events);
  assert.ok(folded.ok);
  const whole = encodeResponse(folded.response, replyTo());
  assert.deepEqual(whole['choices'], [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'Hi.\n\nThere.',
        refusal: null,
        reasoning_content: 'T',
        reasoning_details: [
          { type: 'reasoning.text', text: 'T', format: 'unknown', index: 0 },
          { type: 'reasoning.encrypted', data: `pb1:${JSON.stringify(STATE)}`, format: 'unknown', index: 0 },
        ],
        annotations: [],
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'tool', arguments: '{"a":1}' } },
          { id: 'b', type: 'custom', custom: { name: 'tool', input: 'raw' } },
        ],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
    },
  ]);
  assert.deepEqual(whole['usage'], {
    prompt_tokens: 6,
    completion_tokens: 4,
    total_tokens: 10,
    prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 3 },
    completion_tokens_details: { reasoning_tokens: 1 },
  });
});

test('failures before the head have the status of the API', () => {
  const statuses: readonly (readonly [FailureKind, number, string])[] = [
    ['unauthenticated', 401, 'invalid_api_key'],
    ['permission', 403, 'permission_denied'],
    ['model-not-found', 404, 'model_not_found'],
    ['context-overflow', 400, 'context_length_exceeded'],
    ['rate-limited', 429, 'rate_limit_exceeded'],
    ['quota', 429, 'insufficient_quota'],
    ['overloaded', 503, 'server_is_overloaded'],
    ['too-large', 413, 'request_too_large'],
  ];
  for (const [kind, status, code] of statuses) {
    const encoded = encodeError({ kind, message: 'M' });
    assert.equal(encoded.status, status, kind);
    assert.match(JSON.stringify(encoded.body), new RegExp(`"code":"${code}"`));
  }
  assert.deepEqual(encodeError({ kind: 'rate-limited', message: 'M', retryAfterMs: 1_200 }).headers, {
    'retry-after': '2',
  });
  assert.deepEqual(encodeError({ kind: 'quota', message: 'M' }).headers, { 'x-should-retry': 'false' });
});
