import type { Dialect } from '../../ir/dialect.ts';
import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { InferenceRequest, ToolDefinition } from '../../ir/request.ts';
import { calledTools } from '../called-tools.ts';
import { FREEFORM_PARAMETERS } from '../grammar-words.ts';
import { toolDescriptions } from '../tool-description.ts';
import type { OfferedTool, ToolNames } from '../tool-names.ts';
import { fitParameters } from './fit-schema.ts';

/** `tools` and `toolConfig`, and what a hosted tool's form sets beside them. */
export function encodeTools(
  request: InferenceRequest,
  names: ToolNames,
  rules: Dialect['tools'],
  losses: Loss[],
): JsonObject {
  const describe = toolDescriptions();
  const functions = names.offered.map((offer) => declaration(offer, describe(offer.tool), rules, losses));
  const hosted = request.tools.flatMap((tool) => (tool.kind === 'hosted' ? hostedTool(tool, rules, losses) : []));
  // A model that finds calls of functions unknown to it ends its reply with UNEXPECTED_TOOL_CALL.
  const called = functions.length > 0 ? [] : calledTools(request, names);
  const declared = [...functions, ...called];
  if (declared.length + hosted.length === 0) return {};
  const calling = functions.length > 0 ? callingConfig(request, names, rules, losses) : called.length > 0 ? NONE : {};
  const beside: JsonObject = Object.assign({}, ...hosted.map(({ members }) => members));
  const { toolConfig: own, ...members } = beside;
  const toolConfig: JsonObject = {
    ...(isJsonObject(own) ? own : {}),
    ...calling,
  };
  return {
    ...members,
    // Functions last: a client's search for tools adds to them, and what stands before is cached.
    tools: [
      ...hosted.flatMap(({ tool }) => (tool === undefined ? [] : [tool])),
      ...(declared.length === 0 ? [] : [{ functionDeclarations: declared }]),
    ],
    ...(Object.keys(toolConfig).length === 0 ? {} : { toolConfig }),
  };
}

const NONE: JsonObject = { functionCallingConfig: { mode: 'NONE' } };

function declaration(
  { wireName, tool }: OfferedTool,
  description: string,
  rules: Dialect['tools'],
  losses: Loss[],
): JsonObject {
  const parameters = tool.kind === 'custom' ? FREEFORM_PARAMETERS : tool.parameters;
  const { member, schema, changes } = fitParameters(parameters, rules);
  if (tool.kind !== 'custom') {
    for (const why of changes) losses.push({ path: `tools.${wireName}.parameters`, why });
  }
  return {
    name: wireName,
    // A declaration without a description is refused.
    description: description === '' ? wireName : description,
    ...(member === undefined ? {} : { [member]: schema }),
  };
}

type HostedForm = NonNullable<NonNullable<Dialect['tools']['hostedForms']>[string]>;

function hostedTool(
  tool: Extract<ToolDefinition, { readonly kind: 'hosted' }>,
  rules: Dialect['tools'],
  losses: Loss[],
): readonly HostedForm[] {
  const lose = (why: string): readonly HostedForm[] => {
    losses.push({ path: `tools.${tool.type}`, why });
    return [];
  };
  if (tool.protocol === 'gemini') return [{ tool: tool.value }];
  const form = rules.hosted.includes(tool.type) ? rules.hostedForms?.[tool.type] : undefined;
  if (form === undefined) return lose(`The provider does not run the tool ${tool.type}.`);
  // The client asked for a search in an index, not in the live web; this one always goes out to the live web.
  if (tool.value['external_web_access'] === false) return lose('The provider searches the live web only.');
  for (const name of ['filters', 'user_location']) {
    if (tool.value[name] === undefined || tool.value[name] === null) continue;
    losses.push({ path: `tools.${tool.type}.${name}`, why: 'The search of this provider cannot be narrowed.' });
  }
  return [form];
}

function callingConfig(
  { toolChoice }: InferenceRequest,
  names: ToolNames,
  rules: Dialect['tools'],
  losses: Loss[],
): JsonObject {
  if (toolChoice.type !== 'auto' && !rules.choices.includes(toolChoice.type)) {
    losses.push({ path: 'tool_choice', why: `The provider does not take the tool choice "${toolChoice.type}".` });
    return {};
  }
  switch (toolChoice.type) {
    case 'auto':
      return {};
    case 'none':
      return NONE;
    case 'required':
      return { functionCallingConfig: { mode: 'ANY' } };
    case 'tool': {
      const allowedFunctionNames = [names.wireName(toolChoice.name)];
      return { functionCallingConfig: { mode: 'ANY', allowedFunctionNames } };
    }
  }
}
