import type { Dialect } from '../../ir/dialect.ts';
import { plainDialect, plainTools } from '../plain-dialect.ts';
import type { DeploymentDefaults } from '../protocol.ts';

/** A server that has the shape of the Responses API but not all of it: developer messages, function tools and JSON
 *  schemas are taken; freeform tools, namespaces and hosted tools are not. */
const shaped: Dialect = {
  ...plainDialect,
  roles: { instructions: 'developer', placement: 'anywhere', laterAs: 'developer' },
  effort: { kind: 'field', path: ['reasoning', 'effort'], levels: ['low', 'medium', 'high'] },
  reasoning: { from: ['items'], echo: { field: 'items', when: 'always' }, thinkTags: true },
  tokenLimitField: 'max_output_tokens',
  tools: { ...plainTools, parallelField: true },
  outputFormat: 'json-schema',
  images: { input: true, inToolResults: false },
};

/** The Responses API as its maker serves it: marked `native` in the preset. */
const native: Dialect = {
  ...shaped,
  effort: {
    kind: 'field',
    path: ['reasoning', 'effort'],
    levels: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  },
  reasoning: { ...shaped.reasoning, thinkTags: false },
  tools: { ...shaped.tools, strict: true, hosted: ['web_search'], native: true },
  images: { input: true, inToolResults: true },
  cacheKeyField: 'prompt_cache_key',
  verbosity: true,
  serviceTier: true,
};

export const defaults: DeploymentDefaults = { dialect: (isNative) => (isNative ? native : shaped) };
