import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../ir/json.ts';
import type { InferenceRequest } from '../../ir/request.ts';
import { foldEvents } from '../../ir/response.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeStream } from './encode-stream.ts';

const echo: InferenceRequest = {
  model: 'slug',
  messages: [],
  tools: [],
  toolChoice: { type: 'auto' },
  sampling: {},
  reasoning: {},
  outputFormat: { type: 'text' },
  stream: true,
  extensions: {},
};
const context = { echo, caller: { id: 'local' }, responseId: 'r1', createdAt: 0 };

function frames(events: readonly InferenceEvent[]): readonly JsonObject[] {
  const encoder = encodeStream(context);
  return [...events.flatMap((event) => [...encoder.push(event)]), ...encoder.end()].map(({ event, data }) => {
    const value = parseJson(data);
    assert.ok(isJsonObject(value));
    assert.equal(event, value['type']);
    return value;
  });
}

/** Frames without the message's start, in short. */
function told(...events: readonly InferenceEvent[]): readonly string[] {
  return frames(events)
    .slice(1)
    .map((frame) => {
      const { type, index, content_block: block, delta, error } = frame;
      switch (type) {
        case 'content_block_start':
          return `${index} ${JSON.stringify(block)}`;
        case 'content_block_delta':
          return `${index} + ${JSON.stringify(Object.values(Object(delta)).slice(1)[0])}`;
        case 'content_block_stop':
          return `${index} .`;
        case 'message_delta':
          return `${Object(delta).stop_reason}`;
        case 'error':
          return `error ${Object(error).type}`;
        default:
          return String(type);
      }
    });
}

const TEXT = '{"type":"text","text":""}';
const THINKING = '{"type":"thinking","thinking":"","signature":""}';
const text = (...pieces: readonly string[]): readonly InferenceEvent[] => [
  { type: 'text-start' },
  ...pieces.map((piece) => ({ type: 'text-delta', text: piece }) as const),
  { type: 'text-end' },
];
const call = (callId: string, ...pieces: readonly string[]): readonly InferenceEvent[] => [
  { type: 'tool-call-start', callId, kind: 'function', name: { name: 'look' } },
  ...pieces.map((input) => ({ type: 'tool-call-delta', input }) as const),
  { type: 'tool-call-end' },
];
const finish = (reason: 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'refusal'): InferenceEvent => ({
  type: 'finish',
  reason,
});

test('the start names the model as the client does, and counts nothing before its provider has', () => {
  const [start] = frames([{ type: 'response-start', id: 'up', model: 'up-model' }, finish('stop')]);
  const message = Object(start?.['message']);
  assert.deepEqual([message.id, message.model, message.stop_reason], ['msg_r1', 'slug', null]);
  assert.deepEqual([message.usage.input_tokens, message.usage.output_tokens], [0, 0]);
});

test('cached tokens stand beside the input count, at the end', () => {
  const usage = { freshInput: 200, cacheRead: 1000, cacheWrite: 30, output: 40, reasoning: 15 };
  const delta = frames([...text('Hi'), { type: 'usage', usage }, finish('stop')]).at(-2);
  assert.deepEqual(delta?.['usage'], {
    input_tokens: 200,
    cache_creation_input_tokens: 30,
    cache_read_input_tokens: 1000,
    output_tokens: 40,
    output_tokens_details: { thinking_tokens: 15 },
    server_tool_use: null,
  });
});

test('blocks in their order, each closed before the next; an empty one leaves no trace', () => {
  assert.deepEqual(
    told(...text(), ...text('He', 'y'), ...call('toolu_1', '{"a"', ':1}'), ...call('c2'), finish('stop')),
    [
      `0 ${TEXT}`,
      '0 + "He"',
      '0 + "y"',
      '0 .',
      '1 {"type":"tool_use","id":"toolu_1","name":"look","input":{}}',
      '1 + "{\\"a\\""',
      '1 + ":1}"',
      '1 .',
      '2 {"type":"tool_use","id":"toolu_pb_c2","name":"look","input":{}}',
      '2 + "{}"',
      '2 .',
      'tool_use',
      'message_stop',
    ],
  );
});

test('thinking carries its state as a signature, or as a block of its own where it has no text and something follows', () => {
  const state = { protocol: 'openai-chat', provider: 'p', model: 'm', value: {} } as const;
  const sealed = `pb1:${JSON.stringify(state)}`;
  assert.deepEqual(
    told(
      { type: 'reasoning-start' },
      { type: 'reasoning-delta', text: 'one' },
      { type: 'reasoning-part' },
      { type: 'reasoning-delta', text: 'two' },
      { type: 'reasoning-end', state },
      { type: 'reasoning-start' },
      { type: 'reasoning-end', state },
      { type: 'reasoning-start' },
      { type: 'reasoning-end' },
      { type: 'reasoning-start' },
      { type: 'reasoning-delta', text: 'three' },
      { type: 'reasoning-end' },
      { type: 'reasoning-start' },
      { type: 'reasoning-end', state },
      finish('stop'),
    ),
    [
      `0 ${THINKING}`,
      '0 + "one"',
      '0 + "\\n\\n"',
      '0 + "two"',
      `0 + ${JSON.stringify(sealed)}`,
      '0 .',
      `1 ${JSON.stringify({ type: 'redacted_thinking', data: sealed })}`,
      '1 .',
      `2 ${THINKING}`,
      '2 + "three"',
      '2 + "pb1:{}"',
      '2 .',
      'end_turn',
      'message_stop',
    ],
  );
});

for (const [events, reason] of [
  [[finish('stop')], 'end_turn'],
  [[...text('x'), finish('tool-calls')], 'end_turn'],
  [[...text('x').slice(0, 2), finish('length')], 'max_tokens'],
  [[...call('c', '{"a').slice(0, 2), finish('length')], 'max_tokens'],
  [[...text('x').slice(0, 2), finish('content-filter')], 'refusal'],
  [[finish('refusal')], 'refusal'],
] as const) {
  test(`${JSON.stringify(events)} stops for ${reason}`, () => {
    assert.deepEqual(told(...events).slice(-2), [reason, 'message_stop']);
  });
}

test('a refusal is text, and its words are the explanation too', () => {
  const events: readonly InferenceEvent[] = [
    { type: 'refusal-start' },
    { type: 'refusal-delta', text: 'I will not.' },
    { type: 'refusal-end' },
    finish('refusal'),
  ];
  const [, , delta, , end] = frames(events);
  assert.deepEqual(delta?.['delta'], { type: 'text_delta', text: 'I will not.' });
  assert.deepEqual(Object(end?.['delta']).stop_details, {
    type: 'refusal',
    category: null,
    explanation: 'I will not.',
  });
});

test("blocks of the provider's own tools pass; a call of theirs without its result is a pause", () => {
  const opaque = (value: JsonObject): InferenceEvent => ({ type: 'opaque', protocol: 'anthropic-messages', value });
  const search = { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } };
  const found = { type: 'web_search_tool_result', tool_use_id: 's1', content: [] };
  assert.deepEqual(told(opaque(search), opaque(found), finish('stop')), [
    '0 {"type":"server_tool_use","id":"s1","name":"web_search","input":{}}',
    '0 + "{\\"query\\":\\"x\\"}"',
    '0 .',
    `1 ${JSON.stringify(found)}`,
    '1 .',
    'end_turn',
    'message_stop',
  ]);
  assert.equal(told(opaque(search), finish('stop')).at(-2), 'pause_turn');
  assert.deepEqual(told({ type: 'opaque', protocol: 'openai-responses', value: {} }, finish('stop')), [
    'end_turn',
    'message_stop',
  ]);
});

test('a failure leaves the open block open, and is the last word', () => {
  const failure = { kind: 'overloaded', message: 'Busy.' } as const;
  const broken = [...text('x').slice(0, 2), { type: 'error', failure }, ...text('y')] as const;
  assert.deepEqual(told(...broken), [`0 ${TEXT}`, '0 + "x"', 'error overloaded_error']);
  assert.deepEqual(told(...text('x')).at(-1), 'error api_error');
});

test('a character that two pieces part goes out whole', () => {
  assert.deepEqual(told(...text('a\ud83d', '\ude00b', '\ud83d'), finish('stop')).slice(1, 4), [
    '0 + "a"',
    '0 + "😀b"',
    '0 + "\ufffd"',
  ]);
});

test('a whole reply holds what its stream would have', () => {
  const events: readonly InferenceEvent[] = [
    { type: 'reasoning-start' },
    { type: 'reasoning-delta', text: 'why' },
    { type: 'reasoning-end' },
    ...text('Hi'),
    ...call('c1', '{"a":1}'),
    ...call('c2'),
    ...call('c3', '[1'),
    { type: 'usage', usage: { freshInput: 1, cacheRead: 2, cacheWrite: 3, output: 4, reasoning: 0 } },
    finish('tool-calls'),
  ];
  const folded = foldEvents(events);
  assert.ok(folded.ok);
  const message = encodeResponse(folded.response, context);
  assert.deepEqual(message['content'], [
    { type: 'thinking', thinking: 'why', signature: 'pb1:{}' },
    { type: 'text', text: 'Hi' },
    { type: 'tool_use', id: 'toolu_pb_c1', name: 'look', input: { a: 1 } },
    { type: 'tool_use', id: 'toolu_pb_c2', name: 'look', input: {} },
    { type: 'tool_use', id: 'toolu_pb_c3', name: 'look', input: { arguments: '[1' } },
  ]);
  assert.equal(message['stop_reason'], 'tool_use');
  assert.equal(Object(message['usage']).cache_read_input_tokens, 2);
});
