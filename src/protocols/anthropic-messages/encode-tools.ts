import { append } from '../../ir/append.ts';
import type { Dialect } from '../../ir/dialect.ts';
import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { InferenceRequest, ToolDefinition } from '../../ir/request.ts';
import { calledTools } from '../called-tools.ts';
import { FREEFORM_PARAMETERS } from '../grammar-words.ts';
import { toolDescriptions } from '../tool-description.ts';
import { isFound, type OfferedTool, type ToolNames } from '../tool-names.ts';
import { toolParameters } from '../tool-schema.ts';
import { blockFor, membersFor } from './own-members.ts';
import type { ToolDeclaration } from './schema.ts';

/** @property forced  the model must call a tool: it cannot think first. */
export type EncodedTools = {
  readonly tools: readonly ToolDeclaration[];
  readonly toolChoice?: JsonObject;
  readonly forced: boolean;
};

export function encodeTools(
  request: InferenceRequest,
  names: ToolNames,
  dialect: Dialect,
  losses: Loss[],
): EncodedTools {
  const rules = dialect.tools;
  const describe = toolDescriptions();
  const declare = (offer: OfferedTool): ToolDeclaration =>
    blockFor(offer.tool.extensions, dialect) ?? declaration(offer, describe(offer.tool), dialect, losses);
  const offered = names.offered.filter(({ tool }) => !isFound(tool)).map(declare);
  const taken = new Set(names.offered.map((tool) => tool.wireName));
  for (const tool of request.tools) {
    if (tool.kind !== 'hosted') continue;
    const hosted = hostedTool(tool, rules, taken, losses);
    if (hosted !== undefined) offered.push(hosted);
  }
  // Last, so that the tools before it stay a prefix that the provider has cached.
  append(offered, names.offered.filter(({ tool }) => isFound(tool)).map(declare));
  if (offered.length > 0) return { tools: offered, ...choice(request, names, rules, losses) };
  const called = calledTools(request, names).map((tool) => ({ ...tool, input_schema: NO_PARAMETERS }));
  // A history with calls is refused where no tools are declared: the called ones are, and calling them is forbidden.
  return called.length === 0
    ? { tools: [], forced: false }
    : { tools: called, toolChoice: { type: 'none' }, forced: false };
}

function declaration(
  { wireName, tool }: OfferedTool,
  description: string,
  dialect: Dialect,
  losses: Loss[],
): ToolDeclaration {
  const rules = dialect.tools;
  const parameters = tool.kind === 'custom' ? FREEFORM_PARAMETERS : tool.parameters;
  const { schema, changes } = toolParameters(parameters, rules.dropKeywords);
  if (tool.kind !== 'custom') {
    for (const why of changes) losses.push({ path: `tools.${wireName}.parameters`, why });
  }
  return {
    ...membersFor(tool.extensions, dialect),
    name: wireName,
    ...(description === '' ? {} : { description }),
    input_schema: schema,
    ...(tool.kind === 'function' && tool.strict === true && rules.strict ? { strict: true } : {}),
  };
}

function hostedTool(
  tool: Extract<ToolDefinition, { readonly kind: 'hosted' }>,
  rules: Dialect['tools'],
  taken: ReadonlySet<string>,
  losses: Loss[],
): ToolDeclaration | undefined {
  const lose = (why: string): undefined => {
    losses.push({ path: `tools.${tool.type}`, why });
    return undefined;
  };
  if (tool.protocol === 'anthropic-messages') return tool.value;
  const form = rules.hosted.includes(tool.type) ? rules.hostedForms?.[tool.type]?.tool : undefined;
  if (form === undefined) return lose(`The provider does not run the tool ${tool.type}.`);
  if (taken.has(tool.type)) return lose(`A tool of the client bears the name ${tool.type}.`);
  // The client asked for a search in an index, not in the live web; this one always goes out to the live web.
  if (tool.value['external_web_access'] === false) return lose('The provider searches the live web only.');
  const filters = tool.value['filters'];
  const domains = isJsonObject(filters) ? filters['allowed_domains'] : undefined;
  const place = tool.value['user_location'];
  return {
    ...form,
    ...(Array.isArray(domains) ? { allowed_domains: domains } : {}),
    ...(isJsonObject(place) ? { user_location: place } : {}),
  };
}

function choice(
  request: InferenceRequest,
  names: ToolNames,
  rules: Dialect['tools'],
  losses: Loss[],
): Omit<EncodedTools, 'tools'> {
  const { toolChoice } = request;
  const one = request.parallelToolCalls === false;
  const single = one && rules.parallelField ? { disable_parallel_tool_use: true } : {};
  if (toolChoice.type !== 'auto' && !rules.choices.includes(toolChoice.type)) {
    losses.push({ path: 'tool_choice', why: `The provider does not take the tool choice "${toolChoice.type}".` });
  } else {
    switch (toolChoice.type) {
      case 'none':
        return { toolChoice: { type: 'none' }, forced: false };
      case 'required':
        return { toolChoice: { type: 'any', ...single }, forced: true };
      case 'tool':
        return { toolChoice: { type: 'tool', name: names.wireName(toolChoice.name), ...single }, forced: true };
    }
  }
  return one && rules.parallelField ? { toolChoice: { type: 'auto', ...single }, forced: false } : { forced: false };
}

const NO_PARAMETERS: JsonObject = { type: 'object', properties: {} };
