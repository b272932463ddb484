import type { Dialect } from '../../ir/dialect.ts';
import { plainDialect, plainTools } from '../plain-dialect.ts';
import type { DeploymentDefaults } from '../protocol.ts';

/** A server that has the shape of the Messages API. Instructions stand in `system`; later ones are told as `user`, so
 *  that the cached prefix stays. `max_tokens` is obligatory: 32,000 is what the API's largest client, Claude Code,
 *  sends, so compatible servers take it. Thinking is asked for by a budget, the form that they all copied. */
const dialect = (native: boolean): Dialect => ({
  ...plainDialect,
  roles: { instructions: 'system', placement: 'first', laterAs: 'user' },
  effort: {
    kind: 'budget',
    budgets: { minimal: 1_024, low: 4_096, medium: 10_000, high: 20_000, xhigh: 32_000, max: 48_000 },
  },
  reasoning: { from: ['thinking-blocks'], echo: { field: 'thinking-blocks', when: 'always' }, thinkTags: false },
  tokenLimitField: 'max_tokens',
  defaultMaxTokens: 32_000,
  tools: {
    ...plainTools,
    native,
    maxNameLength: native ? 128 : 64,
    parallelField: true,
    callId: { pattern: '^[a-zA-Z0-9_-]+$', length: 64 },
  },
  outputFormat: 'instruction',
  images: { input: true, inToolResults: true },
  streamUsage: true,
  cacheBreakpoints: true,
});

export const defaults: DeploymentDefaults = { dialect, keyHeader: 'x-api-key' };
