import { append } from '../../ir/append.ts';
import type { Dialect } from '../../ir/dialect.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Loss, Translated } from '../../ir/loss.ts';
import type { InferenceRequest, ToolDefinition } from '../../ir/request.ts';
import { FREEFORM_PARAMETERS } from '../grammar-words.ts';
import { toolDescriptions } from '../tool-description.ts';
import { isFound, type OfferedTool, type ToolNames } from '../tool-names.ts';
import { toolParameters } from '../tool-schema.ts';

/** The members `tools`, `tool_choice` and `parallel_tool_calls`: all of them or, without a tool, none. */
export function encodeTools(
  request: Pick<InferenceRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'>,
  dialect: Dialect,
  names: ToolNames,
): Translated<JsonObject> {
  const losses: Loss[] = [];
  const describe = toolDescriptions();
  const encode = (offer: OfferedTool): JsonObject => encodeTool(offer, describe(offer.tool), dialect, losses);
  const tools = names.offered.filter(({ tool }) => !isFound(tool)).map(encode);
  let members: JsonObject = {};
  for (const [index, tool] of request.tools.entries()) {
    if (tool.kind !== 'hosted') continue;
    if (!dialect.tools.hosted.includes(tool.type)) {
      losses.push({ path: `tools[${index}]`, why: `The provider has no hosted tool "${tool.type}".` });
      continue;
    }
    const form = hostedForm(tool, dialect);
    if (form.tool !== undefined) tools.push(form.tool);
    members = { ...members, ...form.members };
  }
  // Last, so that the tools before it stay a prefix that a provider has cached.
  append(tools, names.offered.filter(({ tool }) => isFound(tool)).map(encode));
  if (tools.length === 0) return { value: members, losses };
  const taken = withinLimit(tools, dialect, losses);
  return {
    value: { ...members, tools: taken, ...choiceMembers(request, dialect, names, losses) },
    losses,
  };
}

/** The first that fit: their order is the client's, so that the same ones are left out in every turn. */
function withinLimit(tools: readonly JsonObject[], dialect: Dialect, losses: Loss[]): readonly JsonObject[] {
  const { maxTools = tools.length } = dialect.tools;
  if (tools.length <= maxTools) return tools;
  losses.push({ path: `tools[${maxTools}]`, why: `The provider takes ${maxTools} tools: the rest is left out.` });
  return tools.slice(0, maxTools);
}

function withinLength(description: string, path: string, dialect: Dialect, losses: Loss[]): string {
  const { maxDescription = description.length } = dialect.tools;
  if (description.length <= maxDescription) return description;
  losses.push({ path, why: `The provider takes ${maxDescription} characters of it: the rest is cut off.` });
  return description.slice(0, maxDescription).toWellFormed();
}

function encodeTool(offer: OfferedTool, description: string, dialect: Dialect, losses: Loss[]): JsonObject {
  const { wireName, tool } = offer;
  const words = withinLength(description, `tools.${wireName}.description`, dialect, losses);
  const about = words === '' ? {} : { description: words };
  if (tool.kind === 'custom') {
    const { schema } = toolParameters(FREEFORM_PARAMETERS, dialect.tools.dropKeywords);
    return { type: 'function', function: { name: wireName, ...about, parameters: schema } };
  }
  const { schema, changes } = toolParameters(tool.parameters, dialect.tools.dropKeywords);
  for (const why of changes) losses.push({ path: `tools.${wireName}.parameters`, why });
  const strict = tool.kind === 'function' && tool.strict === true && dialect.tools.strict ? { strict: true } : {};
  return { type: 'function', function: { name: wireName, ...about, parameters: schema, ...strict } };
}

/** How the provider takes a hosted tool that it has: as its preset says, else as the declaration came in. */
function hostedForm(
  tool: Extract<ToolDefinition, { readonly kind: 'hosted' }>,
  dialect: Dialect,
): { readonly tool?: JsonObject; readonly members?: JsonObject } {
  return (
    dialect.tools.hostedForms?.[tool.type] ?? {
      tool: tool.protocol === 'openai-chat' ? tool.value : { type: tool.type },
    }
  );
}

function choiceMembers(
  request: Pick<InferenceRequest, 'toolChoice' | 'parallelToolCalls'>,
  dialect: Dialect,
  names: ToolNames,
  losses: Loss[],
): JsonObject {
  const { toolChoice, parallelToolCalls } = request;
  const members: { [name: string]: JsonObject | string | boolean } = {};
  if (!dialect.tools.choices.includes(toolChoice.type)) {
    losses.push({ path: 'tool_choice', why: `The provider does not take the choice "${toolChoice.type}".` });
  } else if (toolChoice.type !== 'tool') members['tool_choice'] = toolChoice.type;
  else members['tool_choice'] = { type: 'function', function: { name: names.wireName(toolChoice.name) } };
  if (parallelToolCalls !== undefined && dialect.tools.parallelField)
    members['parallel_tool_calls'] = parallelToolCalls;
  return members;
}
