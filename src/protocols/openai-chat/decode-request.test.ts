import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../ir/failure.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Message } from '../../ir/request.ts';
import { makeEnvelope } from '../envelope.ts';
import { toolNames } from '../tool-names.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeRequest } from './encode-request.ts';
import { CHAT_DIALECT } from './testing/requests.ts';

const body = (members: JsonObject = {}): JsonObject => ({
  model: 'slug',
  messages: [{ role: 'user', content: 'Hi.' }],
  ...members,
});
const decode = (members: JsonObject = {}) => decodeRequest(body(members));
const messagesOf = (...messages: JsonObject[]): readonly Message[] => decode({ messages }).value.messages;

function refusal(members: JsonObject): string | undefined {
  try {
    decode(members);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    assert.ok(['unsupported', 'invalid-request'].includes(error.failure.kind));
    assert.ok(error.failure.message.includes(error.failure.parameter ?? '?'), 'the words name the member');
    return error.failure.parameter;
  }
}

test('what cannot be carried is refused by its name', () => {
  const refused: readonly (readonly [JsonObject, string])[] = [
    [{ n: 2 }, 'n'],
    [{ logprobs: true }, 'logprobs'],
    [{ top_logprobs: 3 }, 'top_logprobs'],
    [{ logit_bias: { 50256: -100 } }, 'logit_bias'],
    [{ modalities: ['text', 'audio'] }, 'modalities'],
    [{ audio: { voice: 'ash', format: 'wav' } }, 'audio'],
    [{ moderation: { model: 'omni' } }, 'moderation'],
    [{ tool_choice: { type: 'hosted' } }, 'tool_choice'],
    [{ tool_choice: 'sometimes' }, 'tool_choice'],
    [{ functions: [{ name: 'f' }], function_call: {} }, 'function_call.name'],
    [{ temperature: 3 }, 'temperature'],
    [{ max_completion_tokens: 0 }, 'max_completion_tokens'],
    [{ stop: 7 }, 'stop'],
    [{ response_format: { type: 'xml' } }, 'response_format.type'],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ messages: 'Hi.' }, 'messages'],
    [{ messages: [{ role: 'robot', content: '' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [{ messages: [{ role: 'function', name: 'f', content: 'x' }] }, 'messages[0].name'],
    [
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }] }] },
      'messages[0].content[0]',
    ],
    [{ messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'assistant', content: null, audio: { id: 'a' } }] }, 'messages[0].audio'],
  ];
  for (const [members, parameter] of refused) assert.equal(refusal(members), parameter, JSON.stringify(members));
});

test('what asks for nothing is no request for it', () => {
  const nothing = {
    n: 1,
    logprobs: false,
    top_logprobs: 0,
    logit_bias: {},
    modalities: ['text'],
    audio: null,
    store: false,
    stop: null,
    tools: [],
    stream_options: null,
    metadata: null,
  };
  assert.deepEqual(decode(nothing), decode());
});

test('what does no harm to leave out is a loss', () => {
  const { losses } = decode({
    prediction: { type: 'content', content: 'x' },
    store: true,
    tools: [{ ...F, cache_control: { type: 'ephemeral' } }],
    max_tokens: 10,
    max_completion_tokens: 20,
    stream_options: { include_obfuscation: true },
    messages: [
      { role: 'user', name: 'Ann', content: [{ type: 'text', text: 'Hi.', cache_control: { type: 'ephemeral' } }] },
    ],
  });
  assert.deepEqual(losses.map(({ path }) => path).sort(), [
    'max_tokens',
    'messages.cache_control',
    'messages.name',
    'prediction',
    'store',
    'stream_options.include_obfuscation',
    'tools.cache_control',
  ]);
});

test('parameters have their neutral form', () => {
  const { value, losses } = decode({
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 10,
    stop: 'END',
    seed: 7,
    presence_penalty: 1,
    frequency_penalty: -1,
    reasoning_effort: 'low',
    verbosity: 'high',
    service_tier: 'flex',
    prompt_cache_key: 'k',
    parallel_tool_calls: false,
    stream: true,
    stream_options: { include_usage: true },
    user: 'u',
    metadata: { a: 'b' },
    top_k: 5,
  });
  assert.deepEqual(losses, []);
  assert.deepEqual(value.sampling, {
    temperature: 0.5,
    topP: 0.9,
    maxOutputTokens: 10,
    stop: ['END'],
    seed: 7,
    presencePenalty: 1,
    frequencyPenalty: -1,
  });
  assert.deepEqual(value.reasoning, { effort: 'low', returnState: true });
  assert.deepEqual(
    [value.verbosity, value.serviceTier, value.cacheKey, value.parallelToolCalls, value.stream, value.reply],
    ['high', 'flex', 'k', false, true, { usage: true, functions: false }],
  );
  assert.deepEqual(value.extensions, { 'openai-chat': { user: 'u', metadata: { a: 'b' }, top_k: 5 } });
  const router = decode({ reasoning: { effort: 'high', max_tokens: 2000, exclude: true } }).value;
  assert.deepEqual(router.reasoning, { effort: 'high', budgetTokens: 2000, returnState: true });
  assert.deepEqual(router.extensions, { 'openai-chat': { reasoning: { exclude: true } } });
});

const F = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } };
const C = {
  type: 'custom',
  custom: { name: 'c', format: { type: 'grammar', grammar: { syntax: 'regex', definition: 'a+' } } },
};

test('every form of a tool and of the choice among them', () => {
  const { tools } = decode({ tools: [F, C, { type: 'web_search' }], web_search_options: {} }).value;
  assert.deepEqual(
    tools.map((tool) => (tool.kind === 'hosted' ? tool.type : `${tool.kind} ${tool.name.name}`)),
    ['function f', 'custom c', 'web_search', 'web_search'],
  );
  assert.deepEqual(tools[1]?.kind === 'custom' && tools[1].grammar, { syntax: 'regex', definition: 'a+' });
  const choice = (tool_choice: JsonObject | string) => {
    const { value } = decode({ tools: [F, C], tool_choice });
    return [value.toolChoice, value.tools.length];
  };
  assert.deepEqual(choice('required'), [{ type: 'required' }, 2]);
  assert.deepEqual(choice({ type: 'function', function: { name: 'f' } }), [{ type: 'tool', name: { name: 'f' } }, 2]);
  assert.deepEqual(choice({ type: 'custom', custom: { name: 'c' } }), [{ type: 'tool', name: { name: 'c' } }, 2]);
  const allowed = { mode: 'required', tools: [{ type: 'custom', custom: { name: 'c' } }] };
  assert.deepEqual(choice({ type: 'allowed_tools', allowed_tools: allowed }), [{ type: 'required' }, 1]);
});

test('functions of the old form are tools, and their answers find their calls', () => {
  const { value } = decode({
    functions: [{ name: 'f', parameters: { type: 'object' } }],
    function_call: { name: 'f' },
    messages: [
      { role: 'user', content: 'Hi.' },
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
      { role: 'function', name: 'f', content: 'one' },
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'two' },
    ],
  });
  assert.deepEqual([value.toolChoice, value.parallelToolCalls], [{ type: 'tool', name: { name: 'f' } }, false]);
  assert.equal(value.reply?.functions, true);
  const ids = value.messages.flatMap(({ parts }) => parts.flatMap((part) => ('callId' in part ? [part.callId] : [])));
  assert.equal(ids.length, 4);
  assert.deepEqual([ids[0], ids[2]], [ids[1], ids[3]]);
  assert.notEqual(ids[0], ids[2]);
});

test('a conversation of every role', () => {
  const messages = messagesOf(
    { role: 'system', content: 'S' },
    { role: 'developer', content: [{ type: 'text', text: 'D' }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'U' },
        { type: 'image_url', image_url: { url: 'https://x/y.png', detail: 'low' } },
      ],
    },
    {
      role: 'assistant',
      content: 'A',
      refusal: 'R',
      tool_calls: [
        { id: '1', type: 'function', function: { name: 'f', arguments: '{"a": 1}' } },
        { id: '2', type: 'custom', custom: { name: 'c', input: 'aaa' } },
      ],
    },
    { role: 'tool', tool_call_id: '1', content: 'one' },
    { role: 'tool', tool_call_id: '2', content: [{ type: 'text', text: 'two' }] },
  );
  assert.deepEqual(
    messages.map(({ role, parts }) => [role, ...parts.map((part) => ('kind' in part ? part.kind : part.type))]),
    [
      ['system', 'text'],
      ['developer', 'text'],
      ['user', 'text', 'image'],
      ['assistant', 'text', 'refusal', 'function', 'custom'],
      ['tool', 'function', 'custom'],
    ],
  );
});

const state = { protocol: 'anthropic-messages', provider: 'p', model: 'm', value: { signature: 's' } } as const;
const thoughtOf = (members: JsonObject) =>
  messagesOf({ role: 'assistant', content: 'A', ...members })[0]?.parts.filter((part) => part.type === 'reasoning');

test('thinking comes back with its state, its text wherever the client keeps it', () => {
  const encrypted = { type: 'reasoning.encrypted', data: makeEnvelope(state), index: 0 };
  const text = { type: 'reasoning.text', text: 'T', index: 0 };
  const whole = [{ type: 'reasoning', texts: ['T'], state }];
  assert.deepEqual(thoughtOf({ reasoning_content: 'T', reasoning_details: [text, encrypted] }), whole);
  assert.deepEqual(thoughtOf({ reasoning_details: [text, encrypted] }), whole);
  assert.deepEqual(thoughtOf({ reasoning_content: 'T', reasoning_details: [encrypted] }), whole);
  assert.deepEqual(thoughtOf({ reasoning_details: [encrypted] }), [{ type: 'reasoning', texts: [], state }]);
  const two = [text, encrypted, { ...text, text: 'V', index: 1 }, { ...encrypted, index: 1 }];
  assert.deepEqual(
    thoughtOf({ reasoning_details: two })?.map((part) => part.texts),
    [['T'], ['V']],
  );
});

test('thinking of a maker that nobody knows stays as it came, for this protocol alone', () => {
  const own = (members: JsonObject) => ({ extensions: { 'openai-chat': members } });
  assert.deepEqual(thoughtOf({ reasoning: 'T' }), [
    { type: 'reasoning', texts: ['T'], ...own({ reasoning_content: 'T' }) },
  ]);
  const foreign = [{ type: 'reasoning.encrypted', data: 'AAAA' }];
  assert.deepEqual(thoughtOf({ reasoning_details: foreign }), [
    { type: 'reasoning', texts: [], ...own({ reasoning_details: foreign }) },
  ]);
  assert.deepEqual(thoughtOf({ reasoning_content: '' }), []);
});

/** Decode, encode for the same protocol, decode: nothing changes. */
test('what is carried comes through unchanged on the diagonal', () => {
  const target = { provider: 'p', model: 'slug', dialect: CHAT_DIALECT };
  const request = body({
    messages: [
      { role: 'system', content: 'S' },
      {
        role: 'user',
        name: 'Ann',
        content: [
          { type: 'text', text: 'U' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
        ],
      },
      {
        role: 'assistant',
        content: 'A',
        reasoning_content: 'T',
        tool_calls: [
          { id: '1', type: 'function', function: { name: 'ns__f', arguments: '{ "a" : 1e2 }' } },
          { id: '2', type: 'function', function: { name: 'g-2', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: '1', content: 'one' },
      { role: 'tool', tool_call_id: '2', content: 'two' },
      { role: 'assistant', content: 'So.' },
      { role: 'user', content: 'And?' },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'ns__f', description: 'F', parameters: { type: 'object', properties: {} }, strict: true },
      },
      { type: 'function', function: { name: 'g-2', parameters: { type: 'object', properties: {} } } },
    ],
    tool_choice: { type: 'function', function: { name: 'ns__f' } },
    parallel_tool_calls: true,
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' }, strict: true } },
    reasoning_effort: 'low',
    temperature: 0,
    top_p: 1,
    max_completion_tokens: 5,
    stop: ['a', 'b'],
    seed: 1,
    presence_penalty: 0.5,
    frequency_penalty: 0.25,
    verbosity: 'low',
    service_tier: 'flex',
    prompt_cache_key: 'k',
    user: 'u',
    metadata: { a: 'b' },
    stream: true,
    stream_options: { include_usage: true },
  });
  const first = decodeRequest(request).value;
  const { value: sent, losses } = encodeRequest(first, target, toolNames(first, 64));
  assert.deepEqual(losses, []);
  assert.deepEqual(decodeRequest(sent).value, first);
});
