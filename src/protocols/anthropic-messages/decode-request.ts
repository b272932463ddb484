import type { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Loss, Translated } from '../../ir/loss.ts';
import type { InferenceRequest, OutputFormat, ReasoningOptions, Sampling } from '../../ir/request.ts';
import { invalid, parseAt, unsupported } from '../parse-request.ts';
import { decodeMessages, decodeSystem } from './decode-messages.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import { NO_THREADS } from './encode-error.ts';
import { formatSchema, requestSchema } from './request-schema.ts';

type Request = z.infer<typeof requestSchema>;

/** A body of `POST /messages` as a request in no protocol's words.
 *  @throws GatewayError invalid-request or unsupported, naming the member. */
export function decodeRequest(body: Json): Translated<InferenceRequest> {
  if (!isJsonObject(body)) throw invalid('', 'the body is no JSON object');
  const request = parseAt(requestSchema, body, '');
  refuseUnsupported(body);
  const losses: Loss[] = [];
  const conversation = decodeMessages(request.messages, losses);
  const tools = decodeTools(request.tools ?? [], conversation);
  const single = request.tool_choice?.type !== 'none' && request.tool_choice?.disable_parallel_tool_use === true;
  const value: InferenceRequest = {
    model: request.model,
    messages: [...decodeSystem(request.system ?? '', losses), ...conversation.messages],
    tools,
    toolChoice: decodeToolChoice(request.tool_choice, tools),
    ...(single ? { parallelToolCalls: false } : {}),
    sampling: decodeSampling(request),
    reasoning: decodeThinking(request, losses),
    outputFormat: decodeFormat(request),
    stream: request.stream ?? false,
    extensions: { 'anthropic-messages': ownTopLevel(body) },
  };
  return { value, losses };
}

/** The body of `POST /messages/count_tokens`: the same, without a limit for what is never written. */
export function decodeCountRequest(body: Json): Translated<InferenceRequest> {
  return decodeRequest(isJsonObject(body) ? { max_tokens: 1, ...body } : body);
}

/** Left out, these would change what the client gets in a way that it must know of. */
const NEEDS_ITS_PROVIDER: { readonly [member: string]: string } = {
  container: 'a container belongs to one provider; leave it out.',
  compaction: 'summarise the conversation with a request of your own.',
  inference_geo: 'where another provider computes cannot be chosen here; choose a model whose provider is there.',
};

function refuseUnsupported(body: JsonObject): void {
  // Only the provider of a native model keeps conversations. The SDK sends the whole one where it reads this code.
  if (body['thread'] !== undefined && body['thread'] !== null)
    throw unsupported('thread', 'conversations are not stored; send the whole one in `messages`.', NO_THREADS);
  for (const [member, why] of Object.entries(NEEDS_ITS_PROVIDER)) {
    if (body[member] !== undefined && body[member] !== null) throw unsupported(member, why);
  }
  if (Array.isArray(body['mcp_servers']) && body['mcp_servers'].length > 0)
    throw unsupported('mcp_servers', 'only their own provider calls them; offer their tools in `tools`.');
}

function decodeSampling(request: Request): Sampling {
  const { temperature, top_p: topP, stop_sequences: stop } = request;
  return {
    maxOutputTokens: request.max_tokens,
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(stop === null || stop === undefined || stop.length === 0 ? {} : { stop }),
  };
}

/** What the API does by itself where a model may think and no effort is given. */
const DEFAULT_EFFORT = 'high';

/** How hard the model is to think. Without `thinking` the provider decides, unless an effort is given. */
function decodeThinking({ thinking, output_config: output }: Request, losses: Loss[]): ReasoningOptions {
  const effort = output?.effort ?? undefined;
  const given = effort === undefined ? {} : { effort };
  const display = thinking !== null && thinking !== undefined && 'display' in thinking ? thinking.display : undefined;
  if (display === 'omitted')
    losses.push({ path: 'thinking.display', why: 'What the model thinks is shown: its provider wants it back.' });
  switch (thinking?.type) {
    case undefined:
      return { ...given, returnState: true };
    case 'disabled':
      return { effort: 'none' };
    case 'enabled':
      return { ...given, budgetTokens: thinking.budget_tokens, summary: 'auto', returnState: true };
    case 'adaptive':
      return { effort: effort ?? DEFAULT_EFFORT, summary: 'auto', returnState: true };
    case 'between_tools':
      losses.push({ path: 'thinking.type', why: 'The model thinks where it wants to, not between tools alone.' });
      return { effort: effort ?? DEFAULT_EFFORT, summary: 'auto', returnState: true };
  }
}

function decodeFormat(request: Request): OutputFormat {
  const inConfig = request.output_config?.format;
  const format = inConfig ?? request.output_format;
  if (format === null || format === undefined) return { type: 'text' };
  const at = inConfig === null || inConfig === undefined ? 'output_format' : 'output_config.format';
  return { type: 'json-schema', name: 'output', schema: parseAt(formatSchema, format, at).schema, strict: true };
}

const NEUTRAL_MEMBERS: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'messages',
  'system',
  'stream',
  'temperature',
  'top_p',
  'stop_sequences',
  'tools',
  'tool_choice',
  'thinking',
  'output_format',
  'mcp_servers',
]);

/** Members without a neutral form; of `output_config` what the neutral form leaves. One that asks for what happens anyway
 *  is left out. */
function ownTopLevel(body: JsonObject): JsonObject {
  const rest: { [key: string]: Json | undefined } = {};
  for (const [key, value] of Object.entries(body)) {
    if (!NEUTRAL_MEMBERS.has(key) && value !== null) rest[key] = value;
  }
  if (rest['service_tier'] === 'auto') delete rest['service_tier'];
  if (isJsonObject(rest['output_config'])) {
    const { effort: _, format: __, ...others } = rest['output_config'];
    if (Object.keys(others).length > 0) rest['output_config'] = others;
    else delete rest['output_config'];
  }
  return rest;
}
