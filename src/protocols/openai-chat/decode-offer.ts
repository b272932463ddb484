import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { ToolChoice, ToolDefinition } from '../../ir/request.ts';
import { invalid, parseAt, unsupported } from '../parse-request.ts';
import type { LossNotes } from './losses.ts';
import { type ChatRequest, functionSchema, toolSchemas } from './schema.ts';

/** What the model may call, and whether it must. */
export type Offer = { readonly tools: readonly ToolDefinition[]; readonly choice: ToolChoice };

/** Tools, functions of the old form and the search that is a member of its own.
 *  @throws GatewayError invalid-request or unsupported, naming the member. */
export function decodeOffer(request: ChatRequest, losses: LossNotes): Offer {
  const { tools, functions, web_search_options: search } = request;
  const offered: readonly ToolDefinition[] = [
    ...(tools ?? []).map((tool, index) => decodeTool(tool, `tools[${index}]`, losses)),
    ...(functions ?? []).map((declared, index) => decodeFunction(declared, `functions[${index}]`)),
    ...(search === undefined || search === null ? [] : [hosted({ type: 'web_search', ...search }, 'web_search')]),
  ];
  const { tool_choice: choice, function_call: old } = request;
  if (choice !== undefined && choice !== null) return decodeChoice(choice, offered);
  if (isJsonObject(old)) {
    const name = nameIn(old);
    if (name === undefined) throw invalid('function_call.name', 'expected the name of a function');
    return { tools: offered, choice: { type: 'tool', name: { name } } };
  }
  return { tools: offered, choice: { type: old === 'none' ? 'none' : 'auto' } };
}

function decodeTool(tool: JsonObject, at: string, losses: LossNotes): ToolDefinition {
  if (isJsonObject(tool['cache_control'])) {
    losses.count('tools.cache_control', 'The gateway marks the ends of the prompt cache itself.');
  }
  switch (tool['type']) {
    case 'function':
      return decodeFunction(parseAt(toolSchemas.function, tool, at).function, `${at}.function`);
    case 'custom': {
      const { name, description, format } = parseAt(toolSchemas.custom, tool, at).custom;
      const grammar = format?.grammar;
      return {
        kind: 'custom',
        name: { name },
        ...(typeof description === 'string' ? { description } : {}),
        ...(grammar === undefined || grammar === null ? {} : { grammar }),
      };
    }
    default:
      if (typeof tool['type'] !== 'string') throw unsupported(`${at}.type`, 'name the type of each tool.');
      return hosted(tool, tool['type']);
  }
}

function decodeFunction(declared: unknown, at: string): ToolDefinition {
  const { name, description, parameters, strict } = parseAt(functionSchema, declared, at);
  return {
    kind: 'function',
    name: { name },
    parameters: parameters ?? null,
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof strict === 'boolean' ? { strict } : {}),
  };
}

function hosted(value: JsonObject, type: string): ToolDefinition {
  return { kind: 'hosted', type, protocol: 'openai-chat', value };
}

/** A list of allowed tools is honoured by offering no others. */
function decodeChoice(choice: 'auto' | 'none' | 'required' | JsonObject, tools: readonly ToolDefinition[]): Offer {
  if (typeof choice === 'string') return { tools, choice: { type: choice } };
  const { type, allowed_tools: allowed } = choice;
  if (type === 'function' || type === 'custom') {
    const name = nameIn(choice[type]);
    if (name !== undefined) return { tools, choice: { type: 'tool', name: { name } } };
  }
  if (type === 'allowed_tools' && isJsonObject(allowed) && Array.isArray(allowed['tools'])) {
    const entries: readonly Json[] = allowed['tools'];
    return {
      tools: tools.filter((tool) => entries.some((entry) => isJsonObject(entry) && names(entry, tool))),
      choice: { type: allowed['mode'] === 'required' ? 'required' : 'auto' },
    };
  }
  throw unsupported('tool_choice', `${JSON.stringify(type)} cannot be forced; name a function or a custom tool.`);
}

function names(entry: JsonObject, tool: ToolDefinition): boolean {
  if (tool.kind === 'hosted') return entry['type'] === tool.type;
  return entry['type'] === tool.kind && nameIn(entry[tool.kind]) === tool.name.name;
}

function nameIn(value: Json | undefined): string | undefined {
  const name = isJsonObject(value) ? value['name'] : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}
