import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../ir/failure.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import type { InferenceRequest } from '../../ir/request.ts';
import { makeEnvelope } from '../envelope.ts';
import { decodeRequest } from './decode-request.ts';

const decode = (members: JsonObject): InferenceRequest => decodeRequest({ model: 'm', input: [], ...members }).value;
const input = (...items: readonly JsonObject[]): InferenceRequest['messages'] => decode({ input: items }).messages;
const user: JsonObject = { role: 'user', content: 'Go.' };

test('a string is one user message, and instructions come first', () => {
  assert.deepEqual(decode({ input: 'Hi', instructions: 'Be kind.' }).messages, [
    {
      role: 'system',
      parts: [{ type: 'text', text: 'Be kind.' }],
      extensions: { 'openai-responses': { instructions: true } },
    },
    { role: 'user', parts: [{ type: 'text', text: 'Hi' }] },
  ]);
});

test('items of one turn are one assistant message, outputs one tool message', () => {
  const messages = input(
    user,
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: null },
    { type: 'message', role: 'assistant', phase: 'commentary', content: [{ type: 'output_text', text: 'Now.' }] },
    { type: 'function_call', call_id: 'a', name: 'add', namespace: 'mcp__demo', arguments: '{ "a":1 }' },
    { type: 'custom_tool_call', call_id: 'b', name: 'apply_patch', input: '*** Begin' },
    { type: 'tool_search_call', call_id: 'c', execution: 'client', arguments: { query: 'x' } },
    { type: 'function_call_output', call_id: 'a', output: '1' },
    { type: 'custom_tool_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'ok' }] },
    { type: 'tool_search_output', call_id: 'c', execution: 'client', tools: [] },
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Note.' }] },
  );
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'developer'],
  );
  assert.deepEqual(messages[1]?.parts, [
    { type: 'reasoning', texts: ['Hm.'] },
    { type: 'text', text: 'Now.', phase: 'commentary' },
    {
      type: 'tool-call',
      callId: 'a',
      kind: 'function',
      name: { name: 'add', namespace: 'mcp__demo' },
      input: '{ "a":1 }',
    },
    { type: 'tool-call', callId: 'b', kind: 'custom', name: { name: 'apply_patch' }, input: '*** Begin' },
    { type: 'tool-call', callId: 'c', kind: 'search', name: { name: 'tool_search' }, input: '{"query":"x"}' },
  ]);
  assert.deepEqual(messages[2]?.parts[1], {
    type: 'tool-result',
    callId: 'b',
    kind: 'custom',
    content: [{ type: 'text', text: 'ok' }],
  });
});

test('tools are opened up; lite mode and searches add theirs behind, each once', () => {
  const add = { type: 'function', name: 'add', description: 'Adds.', strict: false, parameters: { type: 'object' } };
  const late = { type: 'function', name: 'late', defer_loading: true, parameters: null };
  const { tools } = decode({
    tools: [
      { type: 'namespace', name: 'ns', description: 'About.', tools: [add] },
      { type: 'web_search', external_web_access: true },
    ],
    input: [
      { type: 'tool_search_output', call_id: 'c', execution: 'client', tools: [{ ...late }, add] },
      {
        type: 'additional_tools',
        role: 'developer',
        tools: [{ type: 'custom', name: 'exec', format: { type: 'text' } }, add, add],
      },
    ],
  });
  assert.deepEqual(tools, [
    {
      kind: 'function',
      name: { name: 'add', namespace: 'ns' },
      description: 'Adds.',
      namespaceDescription: 'About.',
      parameters: { type: 'object' },
      strict: false,
    },
    {
      kind: 'hosted',
      type: 'web_search',
      protocol: 'openai-responses',
      value: { type: 'web_search', external_web_access: true },
    },
    { kind: 'custom', name: { name: 'exec' } },
    { kind: 'function', name: { name: 'add' }, description: 'Adds.', parameters: { type: 'object' }, strict: false },
    {
      kind: 'function',
      name: { name: 'late' },
      parameters: null,
      found: true,
      extensions: { 'openai-responses': { defer_loading: true } },
    },
  ]);
});

test('reasoning comes back to its maker by our envelope, or as the blob that it was', () => {
  const state = { protocol: 'openai-chat', provider: 'p', model: 'x', value: { field: 'reasoning' } } as const;
  const item = (encrypted: string): JsonObject => ({
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: 'T' }],
    content: null,
    encrypted_content: encrypted,
  });
  const [message] = input(item(makeEnvelope(state)), item('gAAA'), item('pb1:broken'));
  assert.deepEqual(message?.parts, [
    { type: 'reasoning', texts: ['T'], state },
    { type: 'reasoning', texts: ['T'], extensions: { 'openai-responses': { encrypted_content: 'gAAA' } } },
    { type: 'reasoning', texts: ['T'] },
  ]);
  const [raw] = input({ type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'R' }] });
  assert.deepEqual(raw?.parts, [{ type: 'reasoning', texts: ['R'] }]);
});

test('messages between agents are plain text for every model', () => {
  const content = [
    { type: 'input_text', text: 'Payload:' },
    { type: 'encrypted_content', encrypted_content: 'do it' },
  ];
  const [message] = input({ type: 'agent_message', author: '/root', recipient: '/root/t1', content });
  assert.equal(message?.role, 'user');
  assert.deepEqual(
    message?.parts.map((part) => part.type === 'text' && part.text),
    ['Message from /root to /root/t1:', 'Payload:', 'do it'],
  );
});

test('items that only this protocol understands stay as they are', () => {
  const items = [
    { type: 'web_search_call', status: 'completed' },
    { type: 'compaction', encrypted_content: 'x' },
    { type: 'tool_search_call', execution: 'server', call_id: null, arguments: {} },
  ];
  assert.deepEqual(
    input(...items)[0]?.parts,
    items.map((value) => ({ type: 'opaque', protocol: 'openai-responses', value })),
  );
});

test('parameters have their place; what has none is kept for this protocol', () => {
  const { value, losses } = decodeRequest({
    model: 'm',
    input: 'x',
    stream: true,
    store: true,
    truncation: 'auto',
    temperature: 0.5,
    top_p: null,
    max_output_tokens: 9,
    parallel_tool_calls: false,
    reasoning: { effort: 'high', summary: 'auto', context: 'all_turns' },
    text: { verbosity: 'low', format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true } },
    prompt_cache_key: 'k',
    service_tier: 'flex',
    include: ['reasoning.encrypted_content', 'web_search_call.action.sources'],
    metadata: { a: 'b' },
    client_metadata: { path: '/home' },
  });
  const { messages: _, tools: __, ...rest } = value;
  assert.deepEqual(rest, {
    model: 'm',
    toolChoice: { type: 'auto' },
    parallelToolCalls: false,
    sampling: { temperature: 0.5, maxOutputTokens: 9 },
    reasoning: { effort: 'high', summary: 'auto', returnState: true },
    outputFormat: { type: 'json-schema', name: 'n', schema: { type: 'object' }, strict: true },
    verbosity: 'low',
    serviceTier: 'flex',
    cacheKey: 'k',
    stream: true,
    extensions: {
      'openai-responses': {
        store: true,
        truncation: 'auto',
        reasoning: { context: 'all_turns' },
        include: ['web_search_call.action.sources'],
        metadata: { a: 'b' },
        client_metadata: { path: '/home' },
      },
    },
  });
  assert.deepEqual(
    losses.map(({ path }) => path),
    ['truncation'],
  );
});

test('a forced tool and a list of allowed tools are honoured', () => {
  const tools = [
    { type: 'function', name: 'a' },
    { type: 'custom', name: 'b' },
  ];
  assert.deepEqual(decode({ tools, tool_choice: { type: 'custom', name: 'b' } }).toolChoice, {
    type: 'tool',
    name: { name: 'b' },
  });
  const allowed = decode({
    tools,
    tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'a' }] },
  });
  assert.deepEqual(allowed.toolChoice, { type: 'required' });
  assert.equal(allowed.tools.length, 1);
});

test('what is wrong, or cannot be carried, is refused by name', () => {
  const refused = (members: JsonObject | Json, kind: string, words: RegExp): void => {
    assert.throws(
      () =>
        decodeRequest(
          typeof members === 'object' && !Array.isArray(members) ? { model: 'm', input: [], ...members } : members,
        ),
      (thrown) => {
        assert.ok(thrown instanceof GatewayError);
        assert.equal(thrown.failure.kind, kind);
        assert.match(thrown.message, words);
        return true;
      },
    );
  };
  refused([], 'invalid-request', /no JSON object/);
  refused({ model: '' }, 'invalid-request', /model: /);
  refused({ input: null }, 'invalid-request', /input: expected a string or a list of items/);
  refused({ input: 7 }, 'invalid-request', /input: expected a string or a list of items/);
  refused({ input: [7] }, 'invalid-request', /input\[0\]: expected an object/);
  refused({ input: [{}] }, 'invalid-request', /input\[0\]\.type: /);
  refused({ input: [{ role: 'robot', content: '' }] }, 'invalid-request', /input\[0\]\.role: /);
  refused(
    { input: [{ type: 'function_call', name: 'x', arguments: '' }] },
    'invalid-request',
    /input\[0\]\.call_id: expected string/,
  );
  refused({ tools: [{ type: 'function' }] }, 'invalid-request', /tools\[0\]\.name: expected string/);
  refused(
    { tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'custom' }] }] },
    'invalid-request',
    /tools\[0\]\.tools\[0\]\.name/,
  );
  refused({ temperature: 9 }, 'invalid-request', /temperature: /);
  refused({ text: { format: { type: 'xml' } } }, 'invalid-request', /text\.format\.type: /);
  refused({ tool_choice: { type: 'mcp' } }, 'unsupported', /tool_choice/);
  refused(
    { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'f' }] }] },
    'unsupported',
    /input\[0\]\.content\[0\]/,
  );
  refused({ input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] }, 'unsupported', /file_id/);
  refused({ input: [{ type: 'item_reference', id: 'x' }] }, 'unsupported', /input\[0\]/);
  refused({ previous_response_id: 'resp_1' }, 'unsupported', /'resp_1' not found/);
  refused({ background: true }, 'unsupported', /background/);
  refused({ conversation: 'c' }, 'unsupported', /conversation/);
  refused({ prompt: { id: 'p' } }, 'unsupported', /prompt/);
  refused({ top_logprobs: 3 }, 'unsupported', /top_logprobs/);
});
