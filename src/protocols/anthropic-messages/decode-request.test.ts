import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../ir/failure.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import type { InferenceRequest } from '../../ir/request.ts';
import { makeEnvelope } from '../envelope.ts';
import { decodeCountRequest, decodeRequest } from './decode-request.ts';

const BARE = { model: 'slug', max_tokens: 100, messages: [{ role: 'user', content: 'Go.' }] };

function decoded(members: JsonObject): InferenceRequest {
  return decodeRequest({ ...BARE, ...members }).value;
}
function losses(members: JsonObject): readonly string[] {
  return decodeRequest({ ...BARE, ...members }).losses.map((loss) => loss.path);
}
function turns(...messages: readonly Json[]): InferenceRequest['messages'] {
  return decoded({ messages }).messages;
}
function user(...content: readonly Json[]): JsonObject {
  return { role: 'user', content };
}
function assistant(...content: readonly Json[]): JsonObject {
  return { role: 'assistant', content };
}

test('the members with a neutral form', () => {
  const value = decoded({
    system: 'Be brief.',
    stream: true,
    temperature: 0.5,
    top_p: 0.9,
    stop_sequences: ['END'],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
    output_config: { effort: 'max', format: { type: 'json_schema', schema: { type: 'object' } } },
    metadata: { user_id: '{"device_id":"d","session_id":"s-1"}' },
  });
  assert.deepEqual(value, {
    model: 'slug',
    messages: [
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', parts: [{ type: 'text', text: 'Go.' }] },
    ],
    tools: [],
    toolChoice: { type: 'required' },
    parallelToolCalls: false,
    sampling: { maxOutputTokens: 100, temperature: 0.5, topP: 0.9, stop: ['END'] },
    reasoning: { effort: 'max', returnState: true },
    outputFormat: { type: 'json-schema', name: 'output', schema: { type: 'object' }, strict: true },
    stream: true,
    extensions: { 'anthropic-messages': { metadata: { user_id: '{"device_id":"d","session_id":"s-1"}' } } },
  });
});

for (const [thinking, output, wanted] of [
  [{ type: 'disabled' }, undefined, { effort: 'none' }],
  [{ type: 'enabled', budget_tokens: 2_048 }, undefined, { budgetTokens: 2_048, summary: 'auto', returnState: true }],
  [{ type: 'adaptive', display: 'updates' }, 'low', { effort: 'low', summary: 'auto', returnState: true }],
  [{ type: 'adaptive' }, undefined, { effort: 'high', summary: 'auto', returnState: true }],
  [{ type: 'between_tools' }, undefined, { effort: 'high', summary: 'auto', returnState: true }],
] as const) {
  test(`thinking ${JSON.stringify(thinking)} at effort ${output}`, () => {
    const config = output === undefined ? {} : { output_config: { effort: output } };
    assert.deepEqual(decoded({ thinking, ...config }).reasoning, wanted);
  });
}

test('thinking that is to be hidden is shown, and that is told', () => {
  assert.deepEqual(losses({ thinking: { type: 'adaptive', display: 'omitted' } }), ['thinking.display']);
  assert.deepEqual(losses({ thinking: { type: 'between_tools' } }), ['thinking.type']);
});

test('results of tools come before what the user says beside them', () => {
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
  const messages = turns(
    user({ type: 'text', text: 'Look.' }),
    assistant(
      { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'x' } },
      { type: 'tool_use', id: 'toolu_pb_call_2', name: 'look', input: {} },
    ),
    user(
      { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'a' }, image] },
      { type: 'tool_result', tool_use_id: 'toolu_pb_call_2', content: 'no', is_error: true },
      { type: 'text', text: 'And now?' },
    ),
  );
  assert.deepEqual(messages.slice(1), [
    {
      role: 'assistant',
      parts: [
        { type: 'tool-call', callId: 'toolu_1', kind: 'function', name: { name: 'look' }, input: '{"at":"x"}' },
        { type: 'tool-call', callId: 'call_2', kind: 'function', name: { name: 'look' }, input: '{}' },
      ],
    },
    {
      role: 'tool',
      parts: [
        {
          type: 'tool-result',
          callId: 'toolu_1',
          kind: 'function',
          content: [
            { type: 'text', text: 'a' },
            { type: 'image', url: 'data:image/png;base64,AAAA' },
          ],
        },
        {
          type: 'tool-result',
          callId: 'call_2',
          kind: 'function',
          content: [{ type: 'text', text: 'no' }],
          isError: true,
        },
      ],
    },
    { role: 'user', parts: [{ type: 'text', text: 'And now?' }] },
  ]);
});

test('thinking comes back as our envelope, as its maker signed it, or as text alone', () => {
  const state = { protocol: 'openai-chat', provider: 'p', model: 'm', value: { field: 'reasoning_content' } } as const;
  const [, message] = turns(
    user({ type: 'text', text: 'Go.' }),
    assistant(
      { type: 'thinking', thinking: 'one', signature: makeEnvelope(state) },
      { type: 'redacted_thinking', data: makeEnvelope(state) },
      { type: 'thinking', thinking: 'two', signature: 'EqQBCg==' },
      { type: 'redacted_thinking', data: 'EmwK' },
      { type: 'thinking', thinking: 'three', signature: 'pb1:{}' },
      { type: 'thinking', thinking: '', signature: 'pb1:{}' },
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
    ),
  );
  assert.deepEqual(message?.parts, [
    { type: 'reasoning', texts: ['one'], state },
    { type: 'reasoning', texts: [], state },
    { type: 'reasoning', texts: ['two'], extensions: { 'anthropic-messages': { signature: 'EqQBCg==' } } },
    { type: 'reasoning', texts: [], extensions: { 'anthropic-messages': { data: 'EmwK' } } },
    { type: 'reasoning', texts: ['three'] },
    {
      type: 'opaque',
      protocol: 'anthropic-messages',
      value: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
    },
  ]);
});

test('documents and search results are told in words; a PDF is told of', () => {
  const pdf = {
    type: 'document',
    title: 'Plan',
    source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
  };
  const { value, losses } = decodeRequest({
    ...BARE,
    messages: [
      user(
        {
          type: 'document',
          title: 'Notes',
          context: 'Of May.',
          source: { type: 'text', media_type: 'text/plain', data: 'A' },
        },
        { type: 'search_result', source: 'https://example.com', title: 'Hit', content: [{ type: 'text', text: 'B' }] },
        pdf,
      ),
    ],
  });
  const texts = value.messages[0]?.parts.map((part) => (part.type === 'text' ? part.text : part.type));
  assert.deepEqual(texts, [
    'Document (Notes):\n\nOf May.\n\nA',
    'Search result: Hit\nhttps://example.com\n\nB',
    '[A PDF document (Plan) stood here. It cannot be shown to you.]',
  ]);
  assert.deepEqual(value.messages[0]?.parts[2]?.type === 'text' && value.messages[0].parts[2].extensions, {
    'anthropic-messages': { block: pdf },
  });
  assert.deepEqual(
    losses.map((loss) => loss.path),
    ['messages[0].content[2]'],
  );
});

test('instructions stay where they are, and the note to the billing is none', () => {
  const note = 'x-anthropic-billing-header: cc_version=1; cch=00000;';
  const { value, losses } = decodeRequest({
    ...BARE,
    system: [
      { type: 'text', text: note },
      { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
    ],
    messages: [user({ type: 'text', text: 'Go.' }), { role: 'system', content: 'Now in French.' }],
  });
  assert.deepEqual(value.messages, [
    {
      role: 'system',
      parts: [
        {
          type: 'text',
          text: 'Be brief.',
          extensions: { 'anthropic-messages': { cache_control: { type: 'ephemeral' } } },
        },
      ],
    },
    { role: 'user', parts: [{ type: 'text', text: 'Go.' }] },
    {
      role: 'system',
      parts: [{ type: 'text', text: 'Now in French.' }],
      extensions: { 'anthropic-messages': { in_place: true } },
    },
  ]);
  assert.deepEqual(
    losses.map((loss) => loss.path),
    ['system[0]'],
  );
});

const tool = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  description: `The tool ${name}.`,
  input_schema: { type: 'object' },
  ...more,
});
const named = (request: InferenceRequest): readonly string[] =>
  request.tools.map((one) => (one.kind === 'hosted' ? one.type : one.name.name));

test('tools of every kind', () => {
  const { tools } = decoded({
    tools: [
      tool('plain', { strict: true, cache_control: { type: 'ephemeral' } }),
      tool('shown', { type: 'custom', input_examples: [{ at: 1 }] }),
      { type: 'bash_20250124', name: 'bash' },
      { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
    ],
  });
  assert.deepEqual(tools[0], {
    kind: 'function',
    name: { name: 'plain' },
    description: 'The tool plain.',
    parameters: { type: 'object' },
    strict: true,
    extensions: { 'anthropic-messages': { cache_control: { type: 'ephemeral' } } },
  });
  assert.equal(
    tools[1]?.kind === 'function' && tools[1].description,
    'The tool shown.\n\nExamples of its input:\n{"at":1}',
  );
  assert.ok(tools[2]?.kind === 'function' && 'command' in Object(tools[2].parameters?.['properties']));
  assert.deepEqual(tools[3], {
    kind: 'hosted',
    type: 'web_search',
    protocol: 'anthropic-messages',
    value: { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
  });
});

test('a deferred tool is offered once the conversation has brought it up, behind the others', () => {
  const tools = [tool('late', { defer_loading: true }), tool('later', { defer_loading: true }), tool('now')];
  assert.deepEqual(named(decoded({ tools })), ['now']);
  const found = { type: 'tool_result', tool_use_id: 't', content: [{ type: 'tool_reference', tool_name: 'later' }] };
  const request = decoded({
    tools,
    messages: [
      user({ type: 'text', text: 'Go.' }),
      assistant({ type: 'tool_use', id: 't', name: 'now', input: {} }),
      user(found),
    ],
  });
  assert.deepEqual(named(request), ['now', 'later']);
  assert.ok(request.tools[1]?.kind === 'function' && request.tools[1].found);
  const [, , result] = request.messages;
  assert.ok(result?.parts[0]?.type === 'tool-result');
  assert.equal(
    result.parts[0].content[0]?.type === 'text' && result.parts[0].content[0].text,
    'The tool later can be called from now on.',
  );
});

test('system messages add tools and take them away', () => {
  const change = (type: string, changed: Json): JsonObject => ({ role: 'system', content: [{ type, tool: changed }] });
  const tools = [tool('late', { defer_loading: true }), tool('now')];
  const go = user({ type: 'text', text: 'Go.' });
  const reference = (name: string): JsonObject => ({ type: 'tool_reference', tool_name: name });
  assert.deepEqual(named(decoded({ tools, messages: [go, change('tool_addition', reference('late'))] })), [
    'now',
    'late',
  ]);
  assert.deepEqual(named(decoded({ tools, messages: [go, change('tool_removal', reference('now'))] })), []);
  assert.deepEqual(named(decoded({ tools, messages: [go, change('tool_addition', tool('new'))] })), ['now', 'new']);
});

test('what has no neutral form is kept for a provider of this protocol; what asks for nothing is not', () => {
  const { extensions } = decoded({
    top_k: 5,
    service_tier: 'auto',
    context_management: { edits: [] },
    thinking: { type: 'adaptive' },
    output_config: { effort: 'low', task_budget: { type: 'tokens', total: 1 } },
    container: null,
  });
  assert.deepEqual(extensions['anthropic-messages'], {
    top_k: 5,
    context_management: { edits: [] },
    output_config: { task_budget: { type: 'tokens', total: 1 } },
  });
});

for (const [members, at] of [
  [{ max_tokens: 0 }, 'max_tokens'],
  [{ max_tokens: null }, 'max_tokens'],
  [{ messages: [] }, 'messages'],
  [{ messages: [{ role: 'robot', content: '' }] }, 'messages[0].role'],
  [{ messages: [user({ type: 'text' })] }, 'messages[0].content[0].text'],
  [{ messages: [user({ type: 'image', source: { type: 'file', file_id: 'f' } })] }, 'messages[0].content[0].source'],
  [{ messages: [user({ type: 'container_upload', file_id: 'f' })] }, 'messages[0].content[0]'],
  [{ messages: [user({ type: 'video' })] }, 'messages[0].content[0]'],
  [
    {
      messages: [
        user({
          type: 'document',
          source: { type: 'content', content: [{ type: 'document', source: { type: 'text', data: '' } }] },
        }),
      ],
    },
    'messages[0].content[0].source.content[0].type',
  ],
  [{ temperature: 1.5 }, 'temperature'],
  [{ thinking: { type: 'enabled', budget_tokens: 10 } }, 'thinking.budget_tokens'],
  [{ tool_choice: { type: 'some' } }, 'tool_choice.type'],
  [{ tools: [{ name: 'x' }] }, 'tools[0].input_schema'],
  [{ tools: [{ type: 'computer_20251124', name: 'computer' }] }, 'tools[0]'],
  [{ tools: [tool('x', { allowed_callers: ['code_execution_20260120'] })] }, 'tools[0].allowed_callers'],
  [{ container: 'c' }, 'container'],
  [{ thread: { type: 'create' } }, 'thread'],
  [{ inference_geo: 'eu' }, 'inference_geo'],
  [{ mcp_servers: [{ type: 'url', name: 'x', url: 'https://example.com' }] }, 'mcp_servers'],
] as const) {
  test(`refused with its place: ${JSON.stringify(members)}`, () => {
    assert.throws(
      () => decodeRequest({ ...BARE, ...members }),
      (error) => error instanceof GatewayError && error.failure.parameter === at,
    );
  });
}

test('a request that is only counted needs no limit', () => {
  const { max_tokens: _, ...body } = BARE;
  assert.equal(decodeCountRequest(body).value.messages.length, 1);
  assert.throws(() => decodeRequest(body), /max_tokens/);
});
