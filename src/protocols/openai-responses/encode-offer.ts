import { append } from '../../ir/append.ts';
import type { Dialect } from '../../ir/dialect.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Loss, Translated } from '../../ir/loss.ts';
import type { InferenceRequest, ToolDefinition } from '../../ir/request.ts';
import { FREEFORM_PARAMETERS } from '../grammar-words.ts';
import { toolDescriptions } from '../tool-description.ts';
import { type ClientTool, isFound, type OfferedTool, type ToolNames } from '../tool-names.ts';
import { toolParameters } from '../tool-schema.ts';
import { searchAsResponses } from '../web-search.ts';
import { declaredTools, encodeToolChoice, encodeTools } from './encode-tools.ts';

/** The members `tools`, `tool_choice` and `parallel_tool_calls`: all of them or, without a tool, none. */
export function encodeOffer(request: InferenceRequest, dialect: Dialect, names: ToolNames): Translated<JsonObject> {
  const losses: Loss[] = [];
  const taken = (tool: ToolDefinition, index: number): readonly ToolDefinition[] => {
    if (tool.kind !== 'hosted') return [tool];
    const own = searchAsResponses(tool);
    if (own.value.protocol === 'openai-responses' && dialect.tools.hosted.includes(tool.type)) {
      append(losses, own.losses);
      return [own.value];
    }
    losses.push({ path: `tools[${index}]`, why: `The provider has no hosted tool "${tool.type}".` });
    return [];
  };
  const offered = request.tools.flatMap(taken);
  const forms = offered.flatMap((tool) =>
    tool.kind === 'hosted' ? (dialect.tools.hostedForms?.[tool.type] ?? []) : [],
  );
  const members: JsonObject = Object.assign({}, ...forms.map((form) => form.members));
  const tools = dialect.tools.native ? encodeTools(declaredTools(offered)) : flatTools(offered, dialect, names, losses);
  if (tools.length === 0) return { value: members, losses };
  return { value: { ...members, tools, ...choiceMembers(request, dialect, names, losses) }, losses };
}

/** Every tool as a function with a flat name, for servers that know nothing else. */
function flatTools(
  offered: readonly ToolDefinition[],
  dialect: Dialect,
  names: ToolNames,
  losses: Loss[],
): JsonObject[] {
  const describe = toolDescriptions();
  const declare = ({ wireName, tool }: OfferedTool): JsonObject => {
    const { schema, changes } = toolParameters(parametersOf(tool), dialect.tools.dropKeywords);
    for (const why of changes) losses.push({ path: `tools.${wireName}.parameters`, why });
    const isStrict = dialect.tools.strict && tool.kind === 'function' && tool.strict === true;
    return { type: 'function', name: wireName, description: describe(tool), parameters: schema, strict: isStrict };
  };
  const fixed = names.offered.filter(({ tool }) => !isFound(tool)).map(declare);
  const hosted = offered.flatMap((tool) => {
    if (tool.kind !== 'hosted') return [];
    const form = dialect.tools.hostedForms?.[tool.type];
    const own = form === undefined ? tool.value : form.tool;
    return own === undefined ? [] : [own];
  });
  // What a search found stands last, so that the tools before it stay a prefix that a provider has cached.
  return [...fixed, ...hosted, ...names.offered.filter(({ tool }) => isFound(tool)).map(declare)];
}

function parametersOf(tool: ClientTool): JsonObject | null {
  return tool.kind === 'custom' ? FREEFORM_PARAMETERS : tool.parameters;
}

function choiceMembers(request: InferenceRequest, dialect: Dialect, names: ToolNames, losses: Loss[]): JsonObject {
  const { toolChoice, parallelToolCalls } = request;
  const members: { [name: string]: JsonObject[string] } = {};
  if (!dialect.tools.choices.includes(toolChoice.type)) {
    losses.push({ path: 'tool_choice', why: `The provider does not take the choice "${toolChoice.type}".` });
  } else if (toolChoice.type === 'tool' && !dialect.tools.native) {
    members['tool_choice'] = { type: 'function', name: names.wireName(toolChoice.name) };
  } else members['tool_choice'] = encodeToolChoice(toolChoice, request.tools);
  if (parallelToolCalls !== undefined && dialect.tools.parallelField)
    members['parallel_tool_calls'] = parallelToolCalls;
  return members;
}
