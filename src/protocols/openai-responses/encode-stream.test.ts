import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../ir/json.ts';
import { foldEvents } from '../../ir/response.ts';
import { readEnvelope } from '../envelope.ts';
import type { ReplyContext } from '../protocol.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeResponse } from './encode-response.ts';
import { encodeStream } from './encode-stream.ts';

const state = { protocol: 'openai-chat', provider: 'p', model: 'm', value: { field: 'reasoning' } } as const;

function context(originator?: string, body: JsonObject = {}): ReplyContext {
  const { value: echo } = decodeRequest({ model: 'slug', input: 'x', ...body });
  const caller = originator === undefined ? { id: 'local' } : { id: 'local', originator };
  return { echo, caller, responseId: 'abc', createdAt: 1_700_000_000 };
}

function stream(events: readonly InferenceEvent[], where = context('codex_exec')): JsonObject[] {
  const encoder = encodeStream(where);
  const frames = [...events.flatMap((event) => [...encoder.push(event)]), ...encoder.end()];
  assert.deepEqual(frames.pop(), { data: '[DONE]' });
  return frames.map(({ event, data }) => {
    const parsed = parseJson(data);
    assert.ok(isJsonObject(parsed));
    assert.equal(parsed['type'], event);
    return parsed;
  });
}

const types = (frames: readonly JsonObject[]): (Json | undefined)[] =>
  frames.map(({ type }) => String(type).replace('response.', ''));
const last = (frames: readonly JsonObject[]): JsonObject => {
  const response = frames.at(-1)?.['response'];
  assert.ok(isJsonObject(response));
  return response;
};
const doneItems = (frames: readonly JsonObject[]): (Json | undefined)[] =>
  frames.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
const finish = (reason: Extract<InferenceEvent, { type: 'finish' }>['reason']): InferenceEvent => ({
  type: 'finish',
  reason,
});
const call = (kind: 'function' | 'custom' | 'search', ...inputs: readonly string[]): InferenceEvent[] => [
  { type: 'tool-call-start', callId: 'c', kind, name: { name: 'tool', namespace: 'ns' } },
  ...inputs.map((input): InferenceEvent => ({ type: 'tool-call-delta', input })),
];
const text = (...texts: readonly string[]): InferenceEvent[] => [
  { type: 'text-start' },
  ...texts.map((each): InferenceEvent => ({ type: 'text-delta', text: each })),
];

test('a message streams piece by piece, with its whole lifecycle', () => {
  const frames = stream([{ type: 'response-start' }, ...text('Hi ', '"you"'), { type: 'text-end' }, finish('stop')]);
  assert.deepEqual(types(frames), [
    'created',
    'in_progress',
    'output_item.added',
    'content_part.added',
    'output_text.delta',
    'output_text.delta',
    'output_text.done',
    'content_part.done',
    'output_item.done',
    'completed',
  ]);
  assert.deepEqual(
    frames.map((frame) => frame['sequence_number']),
    frames.map((_, index) => index),
  );
  assert.deepEqual(last(frames)['output'], doneItems(frames));
});

test('usage goes out with its details, cached tokens inside the input', () => {
  const usage = { freshInput: 10, cacheRead: 5, cacheWrite: 1, output: 7, reasoning: 3 };
  assert.deepEqual(last(stream([{ type: 'usage', usage }, finish('stop')]))['usage'], {
    input_tokens: 16,
    input_tokens_details: { cached_tokens: 5, cache_write_tokens: 1 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 3 },
    total_tokens: 23,
  });
});

test('the state of a reasoning block travels in an envelope, also without any text', () => {
  const events: InferenceEvent[] = [{ type: 'reasoning-start' }, { type: 'reasoning-end', state }];
  const [item] = doneItems(stream([...events, finish('stop')]));
  assert.ok(isJsonObject(item) && typeof item['encrypted_content'] === 'string');
  assert.deepEqual(readEnvelope(item['encrypted_content']), state);
  assert.deepEqual(item['summary'], []);
});

test('an empty block leaves no trace, and a reply without any block is an empty message', () => {
  const frames = stream([
    { type: 'reasoning-start' },
    { type: 'reasoning-end' },
    ...text(),
    { type: 'text-end' },
    finish('stop'),
  ]);
  assert.equal(doneItems(frames).length, 1);
  assert.partialDeepStrictEqual(doneItems(frames)[0], { type: 'message', content: [{ text: '' }] });
});

test('half a surrogate pair waits for its other half', () => {
  const frames = stream([...text('a\ud83d', '\ude00b', '\ud83d'), { type: 'text-end' }, finish('stop')]);
  const deltas = frames.filter(({ type }) => type === 'response.output_text.delta').map(({ delta }) => delta);
  assert.deepEqual(deltas, ['a', '😀b', '\ufffd']);
});

test('a call without arguments has an empty object for them', () => {
  const frames = stream([...call('function'), { type: 'tool-call-end' }, finish('tool-calls')]);
  assert.partialDeepStrictEqual(doneItems(frames)[0], { arguments: '{}', namespace: 'ns', status: 'completed' });
});

test('a tool search has an object for its arguments, and text only where they are none', () => {
  const search = (input: string): Json | undefined =>
    doneItems(stream([...call('search', input), { type: 'tool-call-end' }, finish('tool-calls')]))[0];
  assert.partialDeepStrictEqual(search('{"query":"x"}'), { arguments: { query: 'x' }, execution: 'client' });
  assert.partialDeepStrictEqual(search('{"query":'), { arguments: '{"query":' });
});

test('a limit closes half a text or half a JSON call as incomplete', () => {
  const cutText = stream([...text('Half'), finish('length')]);
  assert.partialDeepStrictEqual(doneItems(cutText)[0], { status: 'incomplete' });
  assert.partialDeepStrictEqual(last(cutText), {
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
  });
  assert.partialDeepStrictEqual(doneItems(stream([...call('function', '{"cmd":"rm'), finish('length')]))[0], {
    arguments: '{"cmd":"rm',
    status: 'incomplete',
  });
  assert.partialDeepStrictEqual(last(stream([...text('x'), finish('content-filter')])), {
    incomplete_details: { reason: 'content_filter' },
  });
});

test('a limit between two items is marked on the one that never began', () => {
  const items = doneItems(stream([...text('Whole.'), { type: 'text-end' }, finish('length')]));
  assert.partialDeepStrictEqual(items, [{ status: 'completed' }, { status: 'incomplete', content: [] }]);
});

test('what was cut before its first argument can never pass for a call without any', () => {
  const [item] = doneItems(stream([...call('function'), finish('length')]));
  assert.ok(isJsonObject(item));
  assert.equal(parseJson(String(item['arguments'])), undefined);
});

test('half a freeform call is never closed: Codex would run it', () => {
  for (const end of [finish('length'), { type: 'error', failure: { kind: 'cut', message: 'Cut.' } } as const]) {
    assert.deepEqual(doneItems(stream([...call('custom', '*** Begin'), end])), []);
  }
});

test('at a failure open items stay open, and nothing follows', () => {
  const failure = { kind: 'cut', message: 'Cut.' } as const;
  const frames = stream([...text('Half'), { type: 'error', failure }, ...text('more'), finish('stop')]);
  assert.deepEqual(doneItems(frames), []);
  assert.partialDeepStrictEqual(last(frames), { status: 'failed', error: { code: 'server_error', message: 'Cut.' } });
});

test('an end without a terminal event is a failure', () => {
  assert.partialDeepStrictEqual(last(stream([])), { status: 'failed', error: { code: 'server_error' } });
  assert.partialDeepStrictEqual(last(stream(text('x'))), { status: 'failed' });
});

test('a refusal is text for Codex, a refusal part for others, and never silent', () => {
  const events: InferenceEvent[] = [
    { type: 'refusal-start' },
    { type: 'refusal-delta', text: 'No.' },
    { type: 'refusal-end' },
    finish('refusal'),
  ];
  assert.partialDeepStrictEqual(doneItems(stream(events))[0], { content: [{ type: 'output_text', text: 'No.' }] });
  assert.partialDeepStrictEqual(doneItems(stream(events, context()))[0], {
    content: [{ type: 'refusal', refusal: 'No.' }],
  });
  assert.partialDeepStrictEqual(doneItems(stream([finish('refusal')]))[0], {
    content: [{ type: 'output_text', text: 'The model declined to answer.' }],
  });
});

test('items of this protocol go out again, those of others do not', () => {
  const value = { type: 'web_search_call', id: 'ws_up', status: 'searching', action: { type: 'search', query: 'q' } };
  const frames = stream([
    { type: 'opaque', protocol: 'openai-responses', value },
    { type: 'opaque', protocol: 'anthropic-messages', value: { type: 'server_tool_use' } },
    finish('stop'),
  ]);
  assert.deepEqual(doneItems(frames), [{ ...value, id: 'ws_abc_0', status: 'completed' }]);
});

test('a second start is ignored', () => {
  const frames = stream([{ type: 'response-start' }, { type: 'response-start' }, finish('stop')]);
  assert.equal(types(frames).filter((type) => type === 'created').length, 1);
});

test('the reply repeats the request', () => {
  const body: JsonObject = {
    instructions: 'Be kind.',
    tools: [
      {
        type: 'namespace',
        name: 'ns',
        description: 'About.',
        tools: [{ type: 'function', name: 'a', parameters: {}, strict: true }],
      },
      {
        type: 'custom',
        name: 'b',
        description: 'B.',
        format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
      },
    ],
    tool_choice: { type: 'custom', name: 'b' },
    parallel_tool_calls: false,
    temperature: 0.5,
    reasoning: { effort: 'high' },
    text: { format: { type: 'json_object' } },
    metadata: { a: 'b' },
    prompt_cache_key: 'k',
    user: 'u',
  };
  const { reasoning, text: format, ...same } = body;
  assert.partialDeepStrictEqual(last(stream([finish('stop')], context(undefined, body))), {
    ...same,
    model: 'slug',
    reasoning: { effort: 'high', summary: null },
    text: { format: { type: 'json_object' }, verbosity: 'medium' },
  });
});

test('a whole reply is what its stream ends with', () => {
  const events: InferenceEvent[] = [
    { type: 'reasoning-start' },
    { type: 'reasoning-delta', text: 'A' },
    { type: 'reasoning-part' },
    { type: 'reasoning-delta', text: 'B' },
    { type: 'reasoning-end', state },
    ...text('Half'),
    finish('length'),
  ];
  const folded = foldEvents(events);
  assert.ok(folded.ok);
  assert.deepEqual(encodeResponse(folded.response, context('codex_exec')), last(stream(events)));
});
