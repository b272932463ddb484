import type { JsonObject } from '../../src/ir/json.ts';
import { PROTOCOL_IDS, type ProtocolId } from '../../src/ir/protocol-id.ts';
import { MARK, type RequestFeature } from './feature.ts';
import { history, members, PARAMETERS, PIXEL, tool, withTool } from './words.ts';

const call = (id: string, args: string): JsonObject => ({
  type: 'function_call',
  call_id: id,
  name: 'shell',
  arguments: args,
});
const chatCall = (id: string, args: string): JsonObject => ({
  id,
  type: 'function',
  function: { name: 'shell', arguments: args },
});
const use = (id: string, input: JsonObject): JsonObject => ({ type: 'tool_use', id, name: 'shell', input });
const output = (id: string, text: string): JsonObject => ({ type: 'function_call_output', call_id: id, output: text });
const chatOutput = (id: string, text: string): JsonObject => ({ role: 'tool', tool_call_id: id, content: text });
const result = (id: string, text: string): JsonObject => ({ type: 'tool_result', tool_use_id: id, content: text });
const IMAGE = `data:image/png;base64,${PIXEL}`;
const BLOCK = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
const SCHEMA: JsonObject = {
  type: 'object',
  properties: { [MARK]: { type: 'string' } },
  required: [MARK],
  additionalProperties: false,
};
const PIXELS = /iVBORw0KGgo/;

const ONE_CALL_HERE = 'The gateway lets the first of several calls pass; a further one is a Loss of the reply.';
const STOPPED_HERE = 'The gateway ends the reply itself where one of them comes.';

/** The same words for all upstreams but one. */
function elsewhere(but: ProtocolId, words: string): { readonly [P in ProtocolId]?: string } {
  return Object.fromEntries(PROTOCOL_IDS.filter((id) => id !== but).map((id) => [id, words]));
}

/** What the conversation holds. */
const CONVERSATION: readonly RequestFeature[] = [
  {
    name: 'text',
    asks: history(
      [{ role: 'user', content: MARK }],
      [{ role: 'user', content: MARK }],
      [{ role: 'user', content: MARK }],
    ),
  },
  {
    name: 'instructions',
    asks: members(
      { instructions: MARK },
      {
        messages: [
          { role: 'system', content: MARK },
          { role: 'user', content: 'Hello.' },
        ],
      },
      { system: MARK },
    ),
  },
  {
    name: 'developer message in mid-history',
    asks: history(
      [
        { role: 'assistant', content: 'Hi.' },
        { role: 'developer', content: MARK },
      ],
      [
        { role: 'assistant', content: 'Hi.' },
        { role: 'developer', content: MARK },
      ],
      undefined,
    ),
  },
  {
    name: 'assistant text',
    asks: history(
      [{ role: 'assistant', content: MARK }],
      [{ role: 'assistant', content: MARK }],
      [{ role: 'assistant', content: MARK }],
    ),
  },
  {
    name: 'phase of assistant text',
    asks: history([{ role: 'assistant', content: 'Hi.', phase: 'commentary' }], undefined, undefined),
    arrived: /commentary/,
  },
  {
    name: 'thinking of an unknown maker',
    asks: history(
      [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: MARK }] },
        { role: 'assistant', content: 'Hi.' },
      ],
      [{ role: 'assistant', content: 'Hi.', reasoning_content: MARK }],
      [
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: MARK, signature: 'c2ln' },
            { type: 'text', text: 'Hi.' },
          ],
        },
      ],
    ),
  },
  {
    name: 'function call, arguments byte for byte',
    asks: history(
      [call('c1', `{ "cmd":"${MARK}" }`), output('c1', 'ok')],
      [
        { role: 'assistant', content: null, tool_calls: [chatCall('c1', `{ "cmd":"${MARK}" }`)] },
        chatOutput('c1', 'ok'),
      ],
      [
        { role: 'assistant', content: [use('c1', { cmd: MARK })] },
        { role: 'user', content: [result('c1', 'ok')] },
      ],
    ),
  },
  {
    name: 'parallel calls and their outputs',
    asks: history(
      [call('c1', '{}'), call('c2', '{}'), output('c1', 'one'), output('c2', MARK)],
      [
        { role: 'assistant', content: null, tool_calls: [chatCall('c1', '{}'), chatCall('c2', '{}')] },
        chatOutput('c1', 'one'),
        chatOutput('c2', MARK),
      ],
      [
        { role: 'assistant', content: [use('c1', {}), use('c2', {})] },
        { role: 'user', content: [result('c1', 'one'), result('c2', MARK)] },
      ],
    ),
    arrived: new RegExp(`one.*${MARK}`, 's'),
  },
  {
    name: 'output of a call that failed',
    asks: history(undefined, undefined, [
      { role: 'assistant', content: [use('c1', {})] },
      { role: 'user', content: [{ ...result('c1', MARK), is_error: true }] },
    ]),
  },
  {
    name: 'freeform call and its output',
    asks: history(
      [
        { type: 'custom_tool_call', call_id: 'c1', name: 'apply_patch', input: MARK },
        { type: 'custom_tool_call_output', call_id: 'c1', output: 'done' },
      ],
      [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'custom', custom: { name: 'apply_patch', input: MARK } }],
        },
        chatOutput('c1', 'done'),
      ],
      undefined,
    ),
  },
  {
    name: 'client-run tool search and what it found',
    asks: history(
      [
        { type: 'tool_search_call', call_id: 'c1', execution: 'client', arguments: { query: 'x' } },
        {
          type: 'tool_search_output',
          call_id: 'c1',
          execution: 'client',
          tools: [{ type: 'function', name: MARK, parameters: PARAMETERS }],
        },
      ],
      undefined,
      undefined,
    ),
  },
  {
    name: 'image in a message',
    asks: history(
      [{ role: 'user', content: [{ type: 'input_image', image_url: IMAGE }] }],
      [{ role: 'user', content: [{ type: 'image_url', image_url: { url: IMAGE } }] }],
      [{ role: 'user', content: [BLOCK] }],
    ),
    arrived: PIXELS,
  },
  {
    name: 'image in a tool output',
    asks: history(
      [
        call('c1', '{}'),
        { type: 'function_call_output', call_id: 'c1', output: [{ type: 'input_image', image_url: IMAGE }] },
      ],
      undefined,
      [
        { role: 'assistant', content: [use('c1', {})] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: [BLOCK] }] },
      ],
    ),
    arrived: PIXELS,
  },
  {
    name: 'file',
    asks: history(
      [
        {
          role: 'user',
          content: [{ type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${MARK}` }],
        },
      ],
      [
        {
          role: 'user',
          content: [{ type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${MARK}` } }],
        },
      ],
      [
        {
          role: 'user',
          content: [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: MARK } }],
        },
      ],
    ),
  },
  {
    name: 'refusal of an earlier turn',
    asks: history(
      [{ role: 'assistant', content: [{ type: 'refusal', refusal: MARK }] }],
      [{ role: 'assistant', content: null, refusal: MARK }],
      undefined,
    ),
  },
  {
    name: 'message between agents',
    asks: history(
      [
        {
          type: 'agent_message',
          author: 'a',
          recipient: 'b',
          content: [{ type: 'encrypted_content', encrypted_content: MARK }],
        },
      ],
      undefined,
      undefined,
    ),
  },
  {
    name: 'search that the provider ran before',
    asks: history(
      [{ type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: MARK } }],
      undefined,
      [
        {
          role: 'assistant',
          content: [
            { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: MARK } },
            { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
          ],
        },
      ],
    ),
  },
  {
    name: 'compaction item of another maker',
    asks: history([{ type: 'compaction', id: 'cmp_1', encrypted_content: MARK }], undefined, undefined),
  },
];

/** What may be called, and how. */
const TOOLS: readonly RequestFeature[] = [
  { name: 'function', asks: tool(MARK) },
  {
    name: 'strict schema of a function',
    asks: members(
      { tools: [{ type: 'function', name: 'shell', parameters: PARAMETERS, strict: true }] },
      { tools: [{ type: 'function', function: { name: 'shell', parameters: PARAMETERS, strict: true } }] },
      { tools: [{ name: 'shell', input_schema: PARAMETERS, strict: true }] },
    ),
    arrived: /"strict":true/,
  },
  {
    name: 'rare keywords in a schema',
    asks: tool('shell', {
      type: 'object',
      properties: { a: { type: 'object', patternProperties: { [MARK]: { type: 'string' } } } },
    }),
  },
  {
    name: 'freeform tool with a grammar',
    asks: members(
      {
        tools: [
          {
            type: 'custom',
            name: 'apply_patch',
            format: { type: 'grammar', syntax: 'lark', definition: `start: "${MARK}"` },
          },
        ],
      },
      {
        tools: [
          {
            type: 'custom',
            custom: {
              name: 'apply_patch',
              format: { type: 'grammar', grammar: { syntax: 'lark', definition: `start: "${MARK}"` } },
            },
          },
        ],
      },
      undefined,
    ),
  },
  {
    name: 'namespace of tools',
    asks: members(
      {
        tools: [{ type: 'namespace', name: MARK, tools: [{ type: 'function', name: 'add', parameters: PARAMETERS }] }],
      },
      undefined,
      undefined,
    ),
  },
  {
    name: 'tools declared in the input',
    asks: history(
      [
        {
          type: 'additional_tools',
          role: 'developer',
          tools: [{ type: 'function', name: MARK, parameters: PARAMETERS }],
        },
      ],
      undefined,
      undefined,
    ),
  },
  {
    name: 'client-run tool search',
    asks: members(
      { tools: [{ type: 'tool_search', execution: 'client', description: MARK, parameters: PARAMETERS }] },
      undefined,
      undefined,
    ),
  },
  {
    name: 'hosted web search',
    asks: members(
      { tools: [{ type: 'web_search' }] },
      { web_search_options: {} },
      { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    ),
    arrived: {
      'openai-responses': /"type":"web_search"/,
      'openai-chat': /web_search/,
      'anthropic-messages': /"web_search_20\d{6}"/,
      gemini: /googleSearch/,
    },
  },
  {
    name: 'another hosted tool',
    asks: members({ tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] }, undefined, {
      tools: [{ type: 'code_execution_20250825', name: 'code_execution' }],
    }),
    arrived: /code_?[eE]xecution|code_interpreter/,
  },
  {
    name: 'tool choice: none',
    asks: withTool({ tool_choice: 'none' }, { tool_choice: 'none' }, { tool_choice: { type: 'none' } }),
    arrived: /"tool_choice":(?:"none"|\{"type":"none"\})|"mode":"NONE"/,
  },
  {
    name: 'tool choice: any',
    asks: withTool({ tool_choice: 'required' }, { tool_choice: 'required' }, { tool_choice: { type: 'any' } }),
    arrived: /"tool_choice":(?:"required"|\{"type":"any"\})|"mode":"ANY"/,
  },
  {
    name: 'tool choice: this one',
    asks: withTool(
      { tool_choice: { type: 'function', name: 'shell' } },
      { tool_choice: { type: 'function', function: { name: 'shell' } } },
      { tool_choice: { type: 'tool', name: 'shell' } },
    ),
    arrived: /"tool_choice":\{[^}]*"shell"|"allowedFunctionNames":\["shell"\]/,
  },
  {
    name: 'no parallel calls',
    here: { gemini: ONE_CALL_HERE },
    asks: withTool(
      { parallel_tool_calls: false },
      { parallel_tool_calls: false },
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    ),
    arrived: /"parallel_tool_calls":false|"disable_parallel_tool_use":true/,
  },
];

/** How the answer is to be. */
const OPTIONS: readonly RequestFeature[] = [
  {
    name: 'output schema',
    asks: members(
      { text: { format: { type: 'json_schema', name: 'out', schema: SCHEMA, strict: true } } },
      { response_format: { type: 'json_schema', json_schema: { name: 'out', schema: SCHEMA, strict: true } } },
      { output_config: { format: { type: 'json_schema', schema: SCHEMA } } },
    ),
  },
  {
    name: 'any JSON object',
    asks: members(
      { text: { format: { type: 'json_object' } } },
      { response_format: { type: 'json_object' } },
      undefined,
    ),
    arrived: /json_object|application\/json|JSON object/,
  },
  {
    name: 'effort',
    asks: members(
      { reasoning: { effort: 'high' } },
      { reasoning_effort: 'high' },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    ),
    arrived: /"(?:effort|reasoning_effort|thinkingLevel)":"high"|"thinkingBudget":\d/i,
  },
  {
    name: 'effort beyond the scale',
    asks: members({ reasoning: { effort: 'ultra' } }, undefined, undefined),
    arrived: /"(?:effort|reasoning_effort|thinkingLevel)":"(?:ultra|xhigh|max|high)"/i,
  },
  {
    name: 'budget for thinking',
    asks: members(undefined, undefined, { thinking: { type: 'enabled', budget_tokens: 4_321 } }),
    arrived: /4321|"(?:effort|reasoning_effort|thinkingLevel)":"\w+"/i,
  },
  {
    name: 'summary of thinking',
    asks: members({ reasoning: { effort: 'high', summary: 'detailed' } }, undefined, undefined),
    here: { 'openai-chat': 'Thinking comes as the provider tells it, whole where it tells it whole.' },
    arrived: /"detailed"|"summarized"|"includeThoughts":true/,
  },
  {
    name: 'verbosity',
    asks: members({ text: { verbosity: 'low' } }, { verbosity: 'low' }, undefined),
    arrived: /"verbosity":"low"/,
  },
  {
    name: 'service tier',
    asks: members({ service_tier: 'priority' }, { service_tier: 'priority' }, { service_tier: 'standard_only' }),
    arrived: /"service_?[tT]ier":"/,
  },
  {
    name: 'temperature',
    asks: members({ temperature: 0.123 }, { temperature: 0.123 }, { temperature: 0.123 }),
    arrived: /0\.123/,
  },
  { name: 'top_p', asks: members({ top_p: 0.456 }, { top_p: 0.456 }, { top_p: 0.456 }), arrived: /0\.456/ },
  { name: 'top_k', asks: members(undefined, undefined, { top_k: 47 }), arrived: /:47\b/ },
  {
    name: 'stop words',
    here: { 'openai-responses': STOPPED_HERE },
    asks: members(undefined, { stop: [MARK] }, { stop_sequences: [MARK] }),
  },
  { name: 'seed', asks: members(undefined, { seed: 54_321 }, undefined), arrived: /54321/ },
  {
    name: 'penalties',
    asks: members(undefined, { presence_penalty: 0.321, frequency_penalty: 0.654 }, undefined),
    arrived: /0\.321.*0\.654|0\.654.*0\.321/s,
  },
  {
    name: 'limit of tokens',
    asks: members({ max_output_tokens: 7_654 }, { max_completion_tokens: 7_654 }, { max_tokens: 7_654 }),
    arrived: /7654/,
  },
  {
    name: 'probabilities of tokens',
    asks: members(
      { top_logprobs: 3, include: ['message.output_text.logprobs'] },
      { logprobs: true, top_logprobs: 3 },
      undefined,
    ),
    arrived: /logprobs/i,
  },
  { name: 'several answers', asks: members(undefined, { n: 2 }, undefined), arrived: /"n":2|"candidateCount":2/ },
  { name: 'prompt cache key', asks: members({ prompt_cache_key: MARK }, { prompt_cache_key: MARK }, undefined) },
  {
    name: 'cache breakpoints',
    here: elsewhere('anthropic-messages', 'A mark, no content: the provider caches prefixes by itself.'),
    asks: members(undefined, undefined, {
      system: [{ type: 'text', text: 'Rules.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    }),
    arrived: /cache_control/,
  },
  {
    name: 'metadata',
    here: elsewhere('openai-responses', "The reply repeats it; it tells of the caller and is nobody else's affair."),
    asks: members({ metadata: { a: MARK } }, { metadata: { a: MARK } }, undefined),
  },
  {
    name: 'stored reply',
    here: elsewhere('openai-responses', 'The gateway keeps the reply itself, in memory, for a bounded time.'),
    asks: members({ store: true }, { store: true }, undefined),
    arrived: /"store":true/,
  },
  {
    name: 'reply that goes on from one that nobody kept',
    asks: members({ previous_response_id: `resp_${MARK}` }, undefined, undefined),
  },
  { name: 'conversation kept by the provider', asks: members({ conversation: `conv_${MARK}` }, undefined, undefined) },
  { name: 'item by its id', asks: history([{ type: 'item_reference', id: `msg_${MARK}` }], undefined, undefined) },
  {
    name: 'reply in the background',
    asks: members({ background: true }, undefined, undefined),
    arrived: /"background":true/,
  },
  {
    name: 'conversation cut to fit',
    asks: members({ truncation: 'auto' }, undefined, undefined),
    arrived: /"truncation":"auto"/,
  },
  { name: 'a member that nobody knows', asks: members({ [MARK]: 1 }, { [MARK]: 1 }, { [MARK]: 1 }) },
];

export const REQUEST_FEATURES: readonly (readonly [group: string, features: readonly RequestFeature[]])[] = [
  ['The conversation', CONVERSATION],
  ['Tools', TOOLS],
  ['Options', OPTIONS],
];
