import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Translated } from '../../ir/loss.ts';
import type { InferenceRequest, OutputFormat, ReasoningOptions, Sampling } from '../../ir/request.ts';
import { invalid, parseAt, unsupported } from '../parse-request.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeOffer } from './decode-offer.ts';
import { type LossNotes, lossNotes } from './losses.ts';
import { type ChatRequest, formatSchema, requestSchema } from './schema.ts';

/** A body of `POST /chat/completions` as a request in no protocol's words.
 *  @throws GatewayError invalid-request or unsupported, naming the member. */
export function decodeRequest(body: Json): Translated<InferenceRequest> {
  if (!isJsonObject(body)) throw invalid('', 'the body is no JSON object');
  const request = parseAt(requestSchema, body, '');
  refuseUnsupported(request, body);
  const losses = lossNotes();
  noteHarmless(request, body, losses);
  const { tools, choice } = decodeOffer(request, losses);
  const { parallel_tool_calls: parallel, verbosity, service_tier: tier, prompt_cache_key: cacheKey } = request;
  // A reply of the old form has room for one call.
  const isOld = (request.functions ?? []).length > 0;
  const extension = extensionOf(body);
  const value: InferenceRequest = {
    model: request.model,
    messages: decodeMessages(request.messages, losses),
    tools,
    toolChoice: choice,
    ...(isOld ? { parallelToolCalls: false } : typeof parallel === 'boolean' ? { parallelToolCalls: parallel } : {}),
    sampling: decodeSampling(request),
    reasoning: decodeReasoning(request),
    outputFormat: decodeFormat(request.response_format ?? { type: 'text' }),
    ...(typeof verbosity === 'string' ? { verbosity } : {}),
    ...(typeof tier === 'string' ? { serviceTier: tier } : {}),
    ...(typeof cacheKey === 'string' ? { cacheKey } : {}),
    stream: request.stream ?? false,
    reply: { usage: request.stream_options?.include_usage === true, functions: isOld },
    extensions: extension === undefined ? {} : { 'openai-chat': extension },
  };
  return { value, losses: losses.all() };
}

/** What would change the reply, and cannot be carried. */
function refuseUnsupported(request: ChatRequest, body: JsonObject): void {
  if ((request.n ?? 1) > 1) throw unsupported('n', 'one reply is given to a request; send several requests.');
  if (request.logprobs === true || (request.top_logprobs ?? 0) > 0) {
    throw unsupported(request.logprobs === true ? 'logprobs' : 'top_logprobs', 'token probabilities are not carried.');
  }
  if (request.modalities?.some((modality) => modality !== 'text') || isGiven(body['audio'])) {
    throw unsupported(isGiven(body['audio']) ? 'audio' : 'modalities', 'replies are text alone.');
  }
  if (isJsonObject(body['logit_bias']) && Object.keys(body['logit_bias']).length > 0) {
    throw unsupported('logit_bias', 'its token ids mean something to one tokenizer alone.');
  }
  if (isGiven(body['moderation'])) throw unsupported('moderation', 'its results are not carried.');
}

/** What does no harm to leave out. */
function noteHarmless(request: ChatRequest, body: JsonObject, losses: LossNotes): void {
  if (isGiven(body['prediction'])) {
    losses.add('prediction', 'It makes a reply faster and changes nothing in it; the model writes it all anew.');
  }
  if (body['store'] === true) losses.add('store', 'Replies are not stored.');
  if (request.stream_options?.['include_obfuscation'] === true) {
    losses.add('stream_options.include_obfuscation', 'Chunks are not padded.');
  }
  if (typeof request.max_tokens === 'number' && typeof request.max_completion_tokens === 'number') {
    if (request.max_tokens !== request.max_completion_tokens)
      losses.add('max_tokens', '`max_completion_tokens` stands beside it and counts.');
  }
}

function isGiven(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}

function decodeSampling(request: ChatRequest): Sampling {
  const limit = request.max_completion_tokens ?? request.max_tokens;
  const { temperature, top_p: topP, stop, seed, presence_penalty: presence, frequency_penalty: frequency } = request;
  return {
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(typeof limit === 'number' ? { maxOutputTokens: limit } : {}),
    ...(stop === undefined || stop === null || stop.length === 0
      ? {}
      : { stop: typeof stop === 'string' ? [stop] : stop }),
    ...(typeof seed === 'number' ? { seed } : {}),
    ...(typeof presence === 'number' ? { presencePenalty: presence } : {}),
    ...(typeof frequency === 'number' ? { frequencyPenalty: frequency } : {}),
  };
}

/** Beside `reasoning_effort` the object that OpenRouter takes. The state of thinking is always given back: a client that
 *  does not know `reasoning_details` lets it be.
 *  Source: https://openrouter.ai/docs/use-cases/reasoning-tokens */
function decodeReasoning({ reasoning_effort: own, reasoning }: ChatRequest): ReasoningOptions {
  const effort = own ?? reasoning?.effort;
  const { summary, max_tokens: budget } = reasoning ?? {};
  return {
    ...(typeof effort === 'string' ? { effort } : {}),
    ...(typeof summary === 'string' ? { summary } : {}),
    ...(typeof budget === 'number' ? { budgetTokens: budget } : {}),
    returnState: true,
  };
}

function decodeFormat(format: JsonObject): OutputFormat {
  const parsed = parseAt(formatSchema, format, 'response_format');
  switch (parsed.type) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json-object' };
    case 'json_schema': {
      const { name, schema, strict, description } = parsed.json_schema;
      return {
        type: 'json-schema',
        name,
        schema: schema ?? {},
        ...(typeof strict === 'boolean' ? { strict } : {}),
        ...(typeof description === 'string' ? { description } : {}),
      };
    }
  }
}

/** Members that are read above, or that ask for nothing once they have passed. */
const READ: ReadonlySet<string> = new Set([
  ...Object.keys(requestSchema.shape),
  'audio',
  'logit_bias',
  'moderation',
  'prediction',
  'store',
]);

/** Members without a neutral form: `metadata`, `user`, `safety_identifier`, and a provider's own. */
function extensionOf(body: JsonObject): JsonObject | undefined {
  const rest = Object.entries(body).filter(([name, value]) => !READ.has(name) && isGiven(value));
  const { reasoning } = body;
  const own = isJsonObject(reasoning) ? Object.entries(reasoning).filter(([name]) => !REASONING.has(name)) : [];
  if (own.length > 0) rest.push(['reasoning', Object.fromEntries(own)]);
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

const REASONING: ReadonlySet<string> = new Set(['effort', 'summary', 'max_tokens']);
