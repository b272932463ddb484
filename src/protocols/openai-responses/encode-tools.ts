import type { Json, JsonObject } from '../../ir/json.ts';
import type { ToolChoice, ToolDefinition } from '../../ir/request.ts';
import { TOOL_SEARCH } from './decode-tools.ts';

/** Tools as the Responses API declares them, namespaces and freeform tools included. */
export function encodeTools(tools: readonly ToolDefinition[]): JsonObject[] {
  const encoded: JsonObject[] = [];
  let open: { readonly name: string; readonly tools: JsonObject[] } | undefined;
  for (const tool of tools) {
    const namespace = tool.kind === 'hosted' ? undefined : tool.name.namespace;
    if (namespace === undefined) {
      open = undefined;
      encoded.push(encodeTool(tool));
      continue;
    }
    if (open?.name !== namespace) {
      open = { name: namespace, tools: [] };
      const about = 'namespaceDescription' in tool ? tool.namespaceDescription : undefined;
      encoded.push({ type: 'namespace', name: namespace, description: about ?? '', tools: open.tools });
    }
    open.tools.push(encodeTool(tool));
  }
  return encoded;
}

function encodeTool(tool: ToolDefinition): JsonObject {
  switch (tool.kind) {
    case 'function':
      return {
        type: 'function',
        name: tool.name.name,
        ...(tool.description === undefined ? {} : { description: tool.description }),
        strict: tool.strict ?? null,
        parameters: tool.parameters,
        ...tool.extensions?.['openai-responses'],
      };
    case 'custom':
      return {
        type: 'custom',
        name: tool.name.name,
        ...(tool.description === undefined ? {} : { description: tool.description }),
        ...(tool.grammar === undefined ? {} : { format: { type: 'grammar', ...tool.grammar } }),
        ...tool.extensions?.['openai-responses'],
      };
    case 'search':
      return {
        type: TOOL_SEARCH,
        execution: 'client',
        ...(tool.description === undefined ? {} : { description: tool.description }),
        ...(tool.parameters === null ? {} : { parameters: tool.parameters }),
      };
    case 'hosted':
      return tool.value;
  }
}

export function encodeToolChoice(choice: ToolChoice, tools: readonly ToolDefinition[]): Json {
  if (choice.type !== 'tool') return choice.type;
  const { name, namespace } = choice.name;
  const tool = tools.find((one) => one.kind !== 'hosted' && one.name.name === name && one.name.namespace === namespace);
  if (tool?.kind === 'search') return { type: TOOL_SEARCH };
  return { type: tool?.kind ?? 'function', name, ...(namespace === undefined ? {} : { namespace }) };
}

/** The tools that were declared as such: what a tool search found stands in the history. */
export function declaredTools(tools: readonly ToolDefinition[]): readonly ToolDefinition[] {
  return tools.filter((tool) => !('found' in tool));
}
