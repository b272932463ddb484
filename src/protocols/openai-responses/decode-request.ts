import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Loss, Translated } from '../../ir/loss.ts';
import type {
  InferenceRequest,
  Message,
  OutputFormat,
  Sampling,
  ToolChoice,
  ToolDefinition,
} from '../../ir/request.ts';
import { invalid, parseAt, unsupported } from '../parse-request.ts';
import { decodeInput } from './decode-input.ts';
import { decodeTools, others, TOOL_SEARCH } from './decode-tools.ts';
import { parameterLosses, refuseUnsupported } from './refused-parameters.ts';
import { formatSchema, requestSchema } from './schema.ts';

/** A body of `POST /responses` as a request in no protocol's words.
 *  @throws GatewayError invalid-request or unsupported, naming the member. */
export function decodeRequest(body: Json): Translated<InferenceRequest> {
  if (!isJsonObject(body)) throw invalid('', 'the body is no JSON object');
  const request = parseAt(requestSchema, body, '');
  refuseUnsupported(body);
  const losses: Loss[] = [...parameterLosses(body)];
  const declared = decodeTools(request.tools ?? [], 'tools', losses);
  const input = decodeInput(request.input, losses);
  const tools = onceEach([...declared, ...input.tools]);
  const choice = decodeToolChoice(request.tool_choice ?? 'auto', tools);
  const { effort, generate_summary: formerly } = request.reasoning ?? {};
  const summary = request.reasoning?.summary ?? formerly;
  const messages: readonly Message[] =
    typeof request.instructions === 'string'
      ? [instructionsMessage(request.instructions), ...input.messages]
      : input.messages;
  const value: InferenceRequest = {
    model: request.model,
    messages,
    tools: choice.tools,
    // A summary is wanted. The tools stay, so that what the provider has cached of the conversation still fits.
    toolChoice: input.compacts && choice.tools.length > 0 ? { type: 'none' } : choice.choice,
    ...(typeof request.parallel_tool_calls === 'boolean' ? { parallelToolCalls: request.parallel_tool_calls } : {}),
    sampling: decodeSampling(request),
    reasoning: {
      ...(typeof effort === 'string' ? { effort } : {}),
      ...(typeof summary === 'string' ? { summary } : {}),
      ...(request.include?.includes(ENCRYPTED_REASONING) ? { returnState: true } : {}),
    },
    outputFormat: decodeFormat(request.text?.format ?? { type: 'text' }),
    ...(typeof request.text?.verbosity === 'string' ? { verbosity: request.text.verbosity } : {}),
    ...(typeof request.service_tier === 'string' ? { serviceTier: request.service_tier } : {}),
    ...(typeof request.prompt_cache_key === 'string' ? { cacheKey: request.prompt_cache_key } : {}),
    stream: request.stream ?? false,
    ...(input.compacts ? { compacts: true as const } : {}),
    extensions: {},
    ...extensionsOf(body),
  };
  return { value, losses };
}

/** The extension that marks a message as the body's `instructions`. */
export const INSTRUCTIONS = 'instructions';

function instructionsMessage(text: string): Message {
  return {
    role: 'system',
    parts: [{ type: 'text', text }],
    extensions: { 'openai-responses': { [INSTRUCTIONS]: true } },
  };
}

function decodeSampling(request: {
  readonly temperature?: number | null | undefined;
  readonly top_p?: number | null | undefined;
  readonly max_output_tokens?: number | null | undefined;
  readonly presence_penalty?: number | null | undefined;
  readonly frequency_penalty?: number | null | undefined;
}): Sampling {
  return {
    ...(typeof request.temperature === 'number' ? { temperature: request.temperature } : {}),
    ...(typeof request.top_p === 'number' ? { topP: request.top_p } : {}),
    ...(typeof request.max_output_tokens === 'number' ? { maxOutputTokens: request.max_output_tokens } : {}),
    ...(typeof request.presence_penalty === 'number' ? { presencePenalty: request.presence_penalty } : {}),
    ...(typeof request.frequency_penalty === 'number' ? { frequencyPenalty: request.frequency_penalty } : {}),
  };
}

function decodeFormat(format: JsonObject): OutputFormat {
  const parsed = parseAt(formatSchema, format, 'text.format');
  switch (parsed.type) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json-object' };
    case 'json_schema':
      return {
        type: 'json-schema',
        name: parsed.name,
        schema: parsed.schema,
        ...(typeof parsed.strict === 'boolean' ? { strict: parsed.strict } : {}),
        ...(typeof parsed.description === 'string' ? { description: parsed.description } : {}),
      };
  }
}

/** A list of allowed tools is honoured by offering no others. */
function decodeToolChoice(
  choice: 'auto' | 'none' | 'required' | JsonObject,
  tools: readonly ToolDefinition[],
): { readonly choice: ToolChoice; readonly tools: readonly ToolDefinition[] } {
  if (typeof choice === 'string') return { choice: { type: choice }, tools };
  const { type, name, namespace, mode, tools: allowed } = choice;
  if (type === TOOL_SEARCH) return { choice: { type: 'tool', name: { name: TOOL_SEARCH } }, tools };
  if ((type === 'function' || type === 'custom') && typeof name === 'string') {
    const tool = typeof namespace === 'string' ? { name, namespace } : { name };
    return { choice: { type: 'tool', name: tool }, tools };
  }
  if (type === 'allowed_tools' && Array.isArray(allowed)) {
    const isAllowed = (tool: ToolDefinition): boolean =>
      allowed.some((entry: Json) =>
        isJsonObject(entry) && tool.kind === 'hosted'
          ? entry['type'] === tool.type
          : isJsonObject(entry) &&
            entry['type'] === tool.kind &&
            tool.kind !== 'hosted' &&
            entry['name'] === tool.name.name,
      );
    return { choice: { type: mode === 'required' ? 'required' : 'auto' }, tools: tools.filter(isAllowed) };
  }
  throw unsupported('tool_choice', `${JSON.stringify(type)} cannot be forced; name a function or a custom tool.`);
}

/** The same tool from two sources is offered once. */
function onceEach(tools: readonly ToolDefinition[]): readonly ToolDefinition[] {
  const seen = new Set<string>();
  return tools.filter((tool) => {
    const id =
      tool.kind === 'hosted'
        ? JSON.stringify(tool.value)
        : JSON.stringify([tool.name.namespace ?? null, tool.name.name]);
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

const NEUTRAL_MEMBERS: ReadonlySet<string> = new Set([
  'model',
  'input',
  'instructions',
  'tools',
  'parallel_tool_calls',
  'temperature',
  'top_p',
  'max_output_tokens',
  'presence_penalty',
  'frequency_penalty',
  'prompt_cache_key',
  'service_tier',
  'stream',
]);

export const ENCRYPTED_REASONING = 'reasoning.encrypted_content';

/** Members without a neutral form; of `reasoning` and `text` what the neutral form leaves, of `tool_choice` an object. */
function extensionsOf(body: JsonObject): { readonly extensions?: InferenceRequest['extensions'] } {
  const rest: { [key: string]: Json | undefined } = { ...body };
  rest['reasoning'] = leftOver(body['reasoning'], ['effort', 'summary', 'generate_summary']);
  const include = Array.isArray(body['include'])
    ? body['include'].filter((entry) => entry !== ENCRYPTED_REASONING)
    : [];
  rest['include'] = include.length > 0 ? include : undefined;
  rest['text'] = leftOver(body['text'], ['format', 'verbosity']);
  if (!isJsonObject(body['tool_choice'])) rest['tool_choice'] = undefined;
  return others(rest, NEUTRAL_MEMBERS);
}

function leftOver(value: Json | undefined, known: readonly string[]): JsonObject | undefined {
  return isJsonObject(value) ? others(value, new Set(known)).extensions?.['openai-responses'] : undefined;
}
