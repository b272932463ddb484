import type { Dialect } from '../../ir/dialect.ts';
import { plainDialect, plainTools } from '../plain-dialect.ts';
import type { DeploymentDefaults } from '../protocol.ts';

/** A server of `generateContent` of which nothing more is known: what the third generation of Gemini takes, with tool
 *  schemas in the subset of OpenAPI that every generation does.
 *  - Thinking is asked for by level; the signature that it leaves goes back on the part that bore it.
 *  - Images in tool outputs only newer models take; a preset says which. */
const dialect: Dialect = {
  ...plainDialect,
  roles: { instructions: 'system', placement: 'first', laterAs: 'user' },
  effort: {
    kind: 'field',
    path: ['generationConfig', 'thinkingConfig', 'thinkingLevel'],
    levels: ['low', 'medium', 'high'],
  },
  reasoning: { from: ['thinking-parts'], echo: { field: 'thinking-parts', when: 'always' }, thinkTags: false },
  tokenLimitField: 'max_output_tokens',
  tools: plainTools,
  outputFormat: 'json-schema',
  images: { input: true, inToolResults: false },
  streamUsage: true,
};

/** @see https://ai.google.dev/api/models */
export const defaults: DeploymentDefaults = {
  dialect: () => dialect,
  keyHeader: 'x-goog-api-key',
  modelList: {
    path: '/models?pageSize=1000',
    list: 'models',
    idField: 'name',
    idPrefix: 'models/',
    contextField: 'inputTokenLimit',
    outputField: 'outputTokenLimit',
    servedField: 'supportedGenerationMethods',
    servedAs: 'generateContent',
  },
};
