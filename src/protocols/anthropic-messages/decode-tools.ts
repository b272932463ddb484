import type { JsonObject } from '../../ir/json.ts';
import type { ToolChoice, ToolDefinition } from '../../ir/request.ts';
import { invalid, parseAt, unsupported } from '../parse-request.ts';
import { clientToolForm } from './client-tools.ts';
import type { DecodedMessages } from './decode-messages.ts';
import { ownMembers, wholeBlock } from './own-members.ts';
import { toolSchema } from './request-schema.ts';

/** The tools that the model may call. A deferred one is offered once the conversation has brought it up, behind the
 *  others, so that the cached prefix holds as far as it can; until then only its own search knows it.
 *  @throws GatewayError invalid-request or unsupported, naming the tool. */
export function decodeTools(
  declared: readonly JsonObject[],
  { found, changes }: Pick<DecodedMessages, 'found' | 'changes'>,
): readonly ToolDefinition[] {
  const tools = declared.map((tool, index) => decodeTool(tool, `tools[${index}]`));
  const isDeferred = (_: ToolDefinition, index: number): boolean => declared[index]?.['defer_loading'] === true;
  const deferred = tools.filter(isDeferred);
  const offered = tools.filter((tool, index) => !isDeferred(tool, index));
  const brought = [...found].flatMap((name) => deferred.filter((tool) => isNamed(tool, name)).map(asFound));
  let list: readonly ToolDefinition[] = [...offered, ...brought];
  for (const { type, tool, at } of changes) {
    const name = tool['tool_name'] ?? tool['name'];
    if (typeof name !== 'string') throw unsupported(at, 'tools of an MCP server cannot be carried.');
    const known = tools.filter((one) => isNamed(one, name));
    const isDeclaration = type === 'addition' && tool['input_schema'] !== undefined;
    const added = isDeclaration ? [decodeTool(tool, `${at}.tool`)] : known;
    if (added.length === 0) throw invalid(`${at}.tool`, `there is no tool ${JSON.stringify(name)}`);
    const rest = list.filter((one) => !isNamed(one, name));
    list = type === 'removal' ? rest : rest.length < list.length ? list : [...list, ...added.map(asFound)];
  }
  return list;
}

function isNamed(tool: ToolDefinition, name: string): boolean {
  return tool.kind !== 'hosted' && tool.name.name === name;
}

function asFound(tool: ToolDefinition): ToolDefinition {
  return tool.kind === 'function' ? { ...tool, found: true } : tool;
}

function decodeTool(tool: JsonObject, at: string): ToolDefinition {
  const type = tool['type'] ?? 'custom';
  if (typeof type !== 'string') throw invalid(`${at}.type`, 'expected the type of a tool');
  if (type === 'custom') return decodeCustom(tool, at);
  const form = clientToolForm(type);
  if (form !== undefined) {
    const name = tool['name'];
    if (typeof name !== 'string') throw invalid(`${at}.name`, 'expected the name of the tool');
    return { kind: 'function', name: { name }, ...form, ...wholeBlock(tool) };
  }
  if (UNKNOWN_TO_OTHERS.test(type))
    throw unsupported(at, `only its maker's own models know how to use a tool of type ${JSON.stringify(type)}.`);
  // Without its date: tools that providers run bear one name for all their versions.
  return { kind: 'hosted', type: type.replace(/_\d{8}$/, ''), protocol: 'anthropic-messages', value: tool };
}

/** Tools that the client runs on the maker's terms: coordinates, screenshots, sets of tools behind one declaration. */
const UNKNOWN_TO_OTHERS = /^(computer|browser|mcp_toolset|advisor)(_|$)/;

/** Members that are carried otherwise. */
const CARRIED: ReadonlySet<string> = new Set(['type', 'name', 'description', 'input_schema', 'strict']);

function decodeCustom(tool: JsonObject, at: string): ToolDefinition {
  const parsed = parseAt(toolSchema, tool, at);
  const { name, description, input_schema: parameters, strict, allowed_callers: callers } = parsed;
  if (callers !== undefined && callers !== null && !callers.includes('direct'))
    throw unsupported(`${at}.allowed_callers`, 'only the provider\'s own code execution may call it; add "direct".');
  const examples = parsed.input_examples ?? [];
  const told = [description ?? '', ...(examples.length === 0 ? [] : [exampleWords(examples)])];
  const text = told.filter((paragraph) => paragraph !== '').join('\n\n');
  return {
    kind: 'function',
    name: { name },
    ...(text === '' ? {} : { description: text }),
    parameters,
    ...(typeof strict === 'boolean' ? { strict } : {}),
    ...(examples.length === 0 ? ownMembers(tool, CARRIED) : wholeBlock(tool)),
  };
}

function exampleWords(examples: readonly JsonObject[]): string {
  return `Examples of its input:\n${examples.map((example) => JSON.stringify(example)).join('\n')}`;
}

const CHOICES = { auto: 'auto', any: 'required', none: 'none' } as const;

export function decodeToolChoice(
  choice:
    | { readonly type: 'auto' | 'any' | 'none' }
    | { readonly type: 'tool'; readonly name: string }
    | null
    | undefined,
  tools: readonly ToolDefinition[],
): ToolChoice {
  if (choice === null || choice === undefined) return { type: 'auto' };
  // Only its own protocol can name a tool that the provider runs. Who forces one offers it alone.
  if (choice.type === 'tool' && tools.some((tool) => tool.kind === 'hosted' && tool.value['name'] === choice.name))
    return { type: 'required' };
  return choice.type === 'tool' ? { type: 'tool', name: { name: choice.name } } : { type: CHOICES[choice.type] };
}
