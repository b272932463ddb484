import type { Json, JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { ToolDefinition } from '../../ir/request.ts';
import { parseAt } from '../parse-request.ts';
import { toolSchemas } from './schema.ts';

/** The name under which a client's own tool search travels: the API gives it none. */
export const TOOL_SEARCH = 'tool_search';

/** Tool declarations, namespaces opened up, in order.
 *  @throws GatewayError invalid-request, naming the member. */
export function decodeTools(tools: readonly JsonObject[], at: string, losses: Loss[]): ToolDefinition[] {
  return tools.flatMap((tool, index) => decodeTool(tool, `${at}[${index}]`, losses));
}

function decodeTool(tool: JsonObject, at: string, losses: Loss[]): ToolDefinition[] {
  switch (tool['type']) {
    case 'function':
    case 'custom':
      return [decodeCallable(tool, at)];
    case 'namespace':
      return decodeNamespace(tool, at, losses);
    case TOOL_SEARCH: {
      if (tool['execution'] !== 'client') return [hosted(tool, TOOL_SEARCH)];
      const { description, parameters } = parseAt(toolSchemas.search, tool, at);
      return [
        {
          kind: 'search',
          name: { name: TOOL_SEARCH },
          parameters: parameters ?? null,
          ...(typeof description === 'string' ? { description } : {}),
        },
      ];
    }
    default:
      return [hosted(tool, typeof tool['type'] === 'string' ? tool['type'] : '')];
  }
}

function hosted(tool: JsonObject, type: string): ToolDefinition {
  return { kind: 'hosted', type, protocol: 'openai-responses', value: tool };
}

function decodeNamespace(tool: JsonObject, at: string, losses: Loss[]): ToolDefinition[] {
  const { name, description, tools } = parseAt(toolSchemas.namespace, tool, at);
  return tools.flatMap((inner, index) => {
    const place = `${at}.tools[${index}]`;
    if (inner['type'] === 'function' || inner['type'] === 'custom')
      return [decodeCallable(inner, place, name, description)];
    losses.push({ path: place, why: `A tool of type ${JSON.stringify(inner['type'])} has no place in a namespace.` });
    return [];
  });
}

function decodeCallable(
  tool: JsonObject,
  at: string,
  namespace?: string,
  namespaceDescription?: string | null,
): ToolDefinition {
  const name = (own: string) => (namespace === undefined ? { name: own } : { name: own, namespace });
  const about = typeof namespaceDescription === 'string' ? { namespaceDescription } : {};
  if (tool['type'] === 'function') {
    const { name: own, description, parameters, strict } = parseAt(toolSchemas.function, tool, at);
    return {
      kind: 'function',
      name: name(own),
      parameters: parameters ?? null,
      ...(typeof description === 'string' ? { description } : {}),
      ...about,
      ...(typeof strict === 'boolean' ? { strict } : {}),
      ...others(tool, FUNCTION_MEMBERS),
    };
  }
  const { name: own, description, format } = parseAt(toolSchemas.custom, tool, at);
  const { syntax, definition } = format ?? {};
  return {
    kind: 'custom',
    name: name(own),
    ...(typeof description === 'string' ? { description } : {}),
    ...about,
    ...(typeof syntax === 'string' && typeof definition === 'string' ? { grammar: { syntax, definition } } : {}),
    ...others(tool, CUSTOM_MEMBERS),
  };
}

const FUNCTION_MEMBERS: ReadonlySet<string> = new Set(['type', 'name', 'description', 'parameters', 'strict']);
const CUSTOM_MEMBERS: ReadonlySet<string> = new Set(['type', 'name', 'description', 'format']);

/** Members without a neutral form (`defer_loading`, `output_schema`). */
export function others(
  from: JsonObject,
  known: ReadonlySet<string>,
): { readonly extensions?: { readonly 'openai-responses': JsonObject } } {
  const rest: { [key: string]: Json } = {};
  let any = false;
  for (const [key, value] of Object.entries(from)) {
    if (known.has(key) || value === undefined) continue;
    rest[key] = value;
    any = true;
  }
  return any ? { extensions: { 'openai-responses': rest } } : {};
}
