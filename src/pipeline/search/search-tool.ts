import type { Dialect } from '../../ir/dialect.ts';
import { isJsonObject, parseJson } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
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

/** Members of a declaration that say nothing of what is searched, or nothing more than that it is. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['type', 'name', 'external_web_access', 'cache_control']);

/** What a client asks of its hosted search and this one does not do: domains, places, a number of uses. */
export function searchLosses({ tools }: InferenceRequest): readonly Loss[] {
  return tools.flatMap((tool, index) => {
    if (tool.kind !== 'hosted' || !HOSTED.test(tool.type)) return [];
    const members = Object.keys(tool.value).filter((name) => !WITHOUT_EFFECT.has(name) && tool.value[name] != null);
    return members.map((name) => ({
      path: `tools[${index}].${name}`,
      why: 'The search that the gateway makes does not know this.',
    }));
  });
}

/** What the model asks for; undefined where its arguments do not say. */
export function queryIn(input: string): string | undefined {
  const value = parseJson(input);
  const query = isJsonObject(value) ? value['query'] : undefined;
  return typeof query === 'string' && query.trim() !== '' ? query.trim() : undefined;
}
