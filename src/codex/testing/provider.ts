import type { Provider } from '../../providers/provider.ts';

/** A local provider without a key, whose members do not matter to the test. */
export function testProvider(members: Partial<Provider> = {}): Provider {
  return {
    id: 'somewhere',
    name: 'Somewhere',
    protocol: 'openai-chat',
    baseUrl: 'http://127.0.0.1:9/v1',
    auth: { type: 'none' },
    credentials: [],
    headers: {},
    query: {},
    quirks: [],
    dialect: {
      roles: { instructions: 'system', placement: 'anywhere', laterAs: 'system' },
      effort: { kind: 'none' },
      reasoning: { from: [], echo: { field: 'none' }, thinkTags: false },
      tokenLimitField: 'max_tokens',
      tools: {
        maxNameLength: 64,
        dropKeywords: [],
        strict: true,
        parallelField: true,
        hosted: [],
        native: false,
        choices: ['auto'],
      },
      outputFormat: 'json-schema',
      images: { input: false, inToolResults: false },
      streamUsage: true,
      cacheBreakpoints: false,
      verbosity: false,
      serviceTier: false,
      defaults: {},
      drop: [],
      rename: {},
    },
    native: false,
    local: true,
    timeouts: { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000 },
    ...members,
  };
}
