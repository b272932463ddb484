import type { JsonObject } from '../../src/ir/json.ts';
import type { ProtocolId } from '../../src/ir/protocol-id.ts';

const PARAMETERS: JsonObject = {
  type: 'object',
  properties: { cmd: { type: 'string' }, n: { anyOf: [{ type: 'integer' }, { type: 'null' }] } },
  required: ['cmd'],
  additionalProperties: false,
};
const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';

const RESPONSES: JsonObject = {
  model: 'slug',
  stream: true,
  store: false,
  include: ['reasoning.encrypted_content'],
  instructions: 'Be brief.',
  prompt_cache_key: 'session-1',
  temperature: 0.5,
  max_output_tokens: 100,
  reasoning: { effort: 'high', summary: 'auto' },
  text: { verbosity: 'low', format: { type: 'json_schema', name: 'out', schema: PARAMETERS, strict: true } },
  tool_choice: 'auto',
  parallel_tool_calls: true,
  tools: [
    { type: 'function', name: 'shell', description: 'Runs.', strict: false, parameters: PARAMETERS },
    {
      type: 'custom',
      name: 'apply_patch',
      description: 'Patches.',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
    },
    {
      type: 'namespace',
      name: 'mcp__demo',
      description: 'Demo.',
      tools: [{ type: 'function', name: 'add', parameters: PARAMETERS }],
    },
    { type: 'tool_search', execution: 'client', description: 'Finds.', parameters: PARAMETERS },
    { type: 'web_search' },
  ],
  input: [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Rules.' }] },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'Look.' },
        { type: 'input_image', image_url: PIXEL, detail: 'high' },
      ],
    },
    {
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
      encrypted_content:
        'pb1:{"protocol":"openai-chat","provider":"p","model":"m","value":{"field":"reasoning_content"}}',
    },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Doing.' }], phase: 'commentary' },
    { type: 'function_call', call_id: 'call_1', name: 'shell', arguments: '{"cmd":"ls"}' },
    { type: 'custom_tool_call', call_id: 'call_2', name: 'apply_patch', input: '*** Begin\n"x"\\n' },
    { type: 'function_call_output', call_id: 'call_1', output: 'a.txt' },
    { type: 'custom_tool_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'ok' }] },
    { type: 'message', role: 'developer', content: 'Now shorter.' },
    {
      type: 'agent_message',
      author: 'a',
      recipient: 'b',
      content: [{ type: 'encrypted_content', encrypted_content: 'hi' }],
    },
    { type: 'message', role: 'user', content: 'Go on.' },
  ],
};

const CHAT: JsonObject = {
  model: 'slug',
  stream: true,
  stream_options: { include_usage: true },
  max_completion_tokens: 100,
  temperature: 0.5,
  stop: ['END'],
  reasoning_effort: 'high',
  response_format: { type: 'json_schema', json_schema: { name: 'out', schema: PARAMETERS, strict: true } },
  tool_choice: 'auto',
  parallel_tool_calls: true,
  tools: [{ type: 'function', function: { name: 'shell', description: 'Runs.', parameters: PARAMETERS } }],
  messages: [
    { role: 'system', content: 'Rules.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look.' },
        { type: 'image_url', image_url: { url: PIXEL } },
      ],
    },
    {
      role: 'assistant',
      content: 'Doing.',
      reasoning_content: 'Hm.',
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'shell', arguments: '{"cmd":"ls"}' } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'a.txt' },
    { role: 'user', content: 'Go on.' },
  ],
};

const MESSAGES: JsonObject = {
  model: 'slug',
  stream: true,
  max_tokens: 2_000,
  system: [{ type: 'text', text: 'Rules.', cache_control: { type: 'ephemeral' } }],
  thinking: { type: 'enabled', budget_tokens: 1_024 },
  tool_choice: { type: 'auto' },
  tools: [{ name: 'shell', description: 'Runs.', input_schema: PARAMETERS }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look.' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'pb1:{}' },
        { type: 'text', text: 'Doing.' },
        { type: 'tool_use', id: 'call_1', name: 'shell', input: { cmd: 'ls' } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'text', text: 'a.txt' }] },
        { type: 'text', text: 'Go on.' },
      ],
    },
  ],
};

/** One request of each door that uses most of what its protocol has. A protocol without a door has none. */
export const DOOR_REQUESTS: { readonly [P in ProtocolId]?: JsonObject } = {
  'openai-responses': RESPONSES,
  'openai-chat': CHAT,
  'anthropic-messages': MESSAGES,
};
