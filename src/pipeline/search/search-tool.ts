import type { Dialect } from '../../ir/dialect.ts';
import { isJsonObject, parseJson } from '../../ir/json.ts';
import type { InferenceRequest, ToolDefinition } from '../../ir/request.ts';

export const SEARCH_TOOL = 'web_search';

/** The names under which clients declare the search that their provider would run. */
const HOSTED = /^web_search(?:_preview)?(?:_\d+(?:_\d+)*)?$/;

const DECLARATION: ToolDefinition = {
  kind: 'function',
  name: { name: SEARCH_TOOL },
  description:
    'Searches the web and returns titles, addresses and excerpts of the pages found. Use it for what you do not know or what may have changed.',
  parameters: {
    type: 'object',
    properties: { query: { type: 'string', description: 'What to search for, in a few words.' } },
    required: ['query'],
    additionalProperties: false,
  },
};

/** The request with a function in place of the hosted search, where its provider has none.
 *  @returns undefined where there is nothing to replace. */
export function withSearchTool(request: InferenceRequest, dialect: Dialect): InferenceRequest | undefined {
  if (request.compacts === true) return undefined;
  const isSearch = (tool: ToolDefinition): boolean => tool.kind === 'hosted' && HOSTED.test(tool.type);
  const hosted = request.tools.find(isSearch);
  if (hosted?.kind !== 'hosted' || dialect.tools.hosted.some((type) => HOSTED.test(type))) return undefined;
  const isTaken = request.tools.some((tool) => tool.kind !== 'hosted' && isNamed(tool));
  if (isTaken) return undefined;
  const tools = request.tools.flatMap((tool) => (tool === hosted ? [DECLARATION] : isSearch(tool) ? [] : [tool]));
  return { ...request, tools };
}

function isNamed({ name }: Exclude<ToolDefinition, { readonly kind: 'hosted' }>): boolean {
  return name.namespace === undefined && name.name === SEARCH_TOOL;
}

/** What the model asks for; undefined where its arguments do not say. */
export function queryIn(input: string): string | undefined {
  const value = parseJson(input);
  const query = isJsonObject(value) ? value['query'] : undefined;
  return typeof query === 'string' && query.trim() !== '' ? query.trim() : undefined;
}
