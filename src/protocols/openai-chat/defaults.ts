import type { Dialect } from '../../ir/dialect.ts';
import { plainDialect, plainTools } from '../plain-dialect.ts';
import type { DeploymentDefaults } from '../protocol.ts';

/** An OpenAI-compatible server of which nothing is known: only what every such server takes.
 *  - One `system` message at index 0, since many chat templates refuse a second one; what comes later is told as `user`.
 *  - No effort, no `parallel_tool_calls`, no `response_format`, no echo of thinking: strict servers answer 400 to a
 *    member that they do not know. A schema that the client asks for goes as an instruction.
 *  - Thinking is read from wherever servers are known to put it, `<think>` tags included.
 *  - `stream_options.include_usage` is sent: without usage an agent cannot know when to compact. */
const dialect: Dialect = {
  ...plainDialect,
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

export const defaults: DeploymentDefaults = { dialect: () => dialect };
