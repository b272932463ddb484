import type { Dialect } from '../ir/dialect.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';

/** What no server is assumed to take. */
const plain = {
  streamUsage: false,
  cacheBreakpoints: false,
  verbosity: false,
  serviceTier: false,
  defaults: {},
  drop: [],
  rename: {},
} as const satisfies Partial<Dialect>;

const plainTools: Dialect['tools'] = {
  maxNameLength: 64,
  dropKeywords: [],
  strict: false,
  parallelField: false,
  hosted: [],
  native: false,
  choices: ['auto', 'none', 'required', 'tool'],
};

/** An OpenAI-compatible server of which nothing is known: only what every such server takes.
 *  - One `system` message at index 0, since many chat templates refuse a second one; what comes later is told as `user`.
 *  - No effort, no `parallel_tool_calls`, no `response_format`, no echo of thinking: strict servers answer 400 to a
 *    member that they do not know. A schema that the client asks for goes as an instruction.
 *  - Thinking is read from wherever servers are known to put it, `<think>` tags included.
 *  - `stream_options.include_usage` is sent: without usage an agent cannot know when to compact. */
const openaiChat: Dialect = {
  ...plain,
  roles: { instructions: 'system', placement: 'first', laterAs: 'user' },
  effort: { kind: 'none' },
  reasoning: {
    from: ['reasoning_content', 'reasoning', 'reasoning_details', 'thinking-parts'],
    echo: { field: 'none' },
    thinkTags: true,
  },
  tokenLimitField: 'max_tokens',
  tools: plainTools,
  outputFormat: 'instruction',
  images: { input: true, inToolResults: false },
  streamUsage: true,
};

/** A server that has the shape of the Responses API but not all of it: developer messages, function tools and JSON
 *  schemas are taken; freeform tools, namespaces and hosted tools are not. */
const openaiResponses: Dialect = {
  ...plain,
  roles: { instructions: 'developer', placement: 'anywhere', laterAs: 'developer' },
  effort: { kind: 'field', path: ['reasoning', 'effort'], levels: ['low', 'medium', 'high'] },
  reasoning: { from: ['items'], echo: { field: 'items', when: 'always' }, thinkTags: true },
  tokenLimitField: 'max_output_tokens',
  tools: { ...plainTools, parallelField: true },
  outputFormat: 'json-schema',
  images: { input: true, inToolResults: false },
};

/** The Responses API as its maker serves it: marked `native` in the preset. */
const nativeResponses: Dialect = {
  ...openaiResponses,
  effort: {
    kind: 'field',
    path: ['reasoning', 'effort'],
    levels: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  },
  reasoning: { ...openaiResponses.reasoning, thinkTags: false },
  tools: { ...openaiResponses.tools, strict: true, hosted: ['web_search'], native: true },
  images: { input: true, inToolResults: true },
  cacheKeyField: 'prompt_cache_key',
  verbosity: true,
  serviceTier: true,
};

/** A server that has the shape of the Messages API. Instructions stand in `system`; later ones are told as `user`, so
 *  that the cached prefix stays. `max_tokens` is obligatory: 32,000 is what the API's largest client, Claude Code,
 *  sends, so compatible servers take it. Thinking is asked for by a budget, the form that they all copied. */
const anthropicMessages: Dialect = {
  ...plain,
  roles: { instructions: 'system', placement: 'first', laterAs: 'user' },
  effort: {
    kind: 'budget',
    budgets: { minimal: 1_024, low: 4_096, medium: 10_000, high: 20_000, xhigh: 32_000, max: 48_000 },
  },
  reasoning: { from: ['thinking-blocks'], echo: { field: 'thinking-blocks', when: 'always' }, thinkTags: false },
  tokenLimitField: 'max_tokens',
  defaultMaxTokens: 32_000,
  tools: { ...plainTools, parallelField: true, callId: { pattern: '^[a-zA-Z0-9_-]+$', length: 64 } },
  outputFormat: 'instruction',
  images: { input: true, inToolResults: true },
  streamUsage: true,
  cacheBreakpoints: true,
};

/** What a codec assumes of a provider that says nothing of itself. @param native  a full implementation of its protocol. */
export function defaultDialect(protocol: ProtocolId, native: boolean): Dialect {
  switch (protocol) {
    case 'openai-chat':
      return openaiChat;
    case 'openai-responses':
      return native ? nativeResponses : openaiResponses;
    case 'anthropic-messages':
      return anthropicMessages;
  }
}
