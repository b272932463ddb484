import { append } from '../../ir/append.ts';
import type { Dialect } from '../../ir/dialect.ts';
import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Loss, Translated } from '../../ir/loss.ts';
import type { InferenceRequest, OutputFormat } from '../../ir/request.ts';
import { applyFields } from '../apply-fields.ts';
import { applyEffort } from '../effort.ts';
import { foreignMembers } from '../foreign-members.ts';
import type { EgressTarget } from '../protocol.ts';
import type { ToolNames } from '../tool-names.ts';
import { formatWords } from '../words-for-models.ts';
import { ENCRYPTED_REASONING } from './decode-request.ts';
import { encodeInput } from './encode-input.ts';
import { encodeOffer } from './encode-offer.ts';
import { encodeFormat } from './response-object.ts';

/** Members that the client sent and that are set here. */
const OWN_MEMBERS: ReadonlySet<string> = new Set([
  'include',
  'reasoning',
  'store',
  'stream_options',
  'text',
  'tool_choice',
]);

/** What providers cache, in the order in which they read it. */
export const CACHED_MEMBERS: readonly string[] = ['tools', 'instructions', 'input'];
/** Behind it stands what is another with every turn. */
const LAST_MEMBERS: readonly string[] = [...CACHED_MEMBERS, 'client_metadata'];

const PRIVATE: Loss = { path: 'client_metadata', why: 'It tells of the working tree, which is not for this provider.' };

/** The body of `POST /responses`. Pure: the same request and target give the same bytes, which is what a provider's
 *  prompt cache lives by. */
export function encodeRequest(
  request: InferenceRequest,
  target: EgressTarget,
  names: ToolNames,
): Translated<JsonObject> {
  const { dialect } = target;
  const offer = encodeOffer(request, dialect, names);
  const format = formatMembers(request.outputFormat, dialect);
  const input = encodeInput(request.messages, target, names, format.instruction);
  const own = request.extensions['openai-responses'] ?? {};
  const { instructions, items } = input.value;
  const body: JsonObject = {
    ...passedOn(own, dialect),
    model: target.model,
    ...(instructions === undefined ? {} : { instructions }),
    input: items,
    ...offer.value,
    ...textMembers(request, dialect, format.format, own),
    ...reasoningMembers(request, dialect, own),
    ...samplingMembers(request, dialect),
    ...(dialect.cacheKeyField === undefined ? {} : { [dialect.cacheKeyField]: request.cacheKey }),
    ...(dialect.serviceTier ? { service_tier: request.serviceTier } : {}),
    ...includeMember(dialect, own['include']),
    store: false,
    stream: request.stream,
  };
  const effort = applyEffort(body, dialect.effort, request.reasoning);
  const fields = applyFields(effort.value, dialect, LAST_MEMBERS);
  const losses = [
    ...input.losses,
    ...offer.losses,
    ...format.losses,
    ...hintLosses(request, dialect),
    ...('client_metadata' in own && !dialect.tools.native ? [PRIVATE] : []),
    ...foreignMembers(request.extensions, 'openai-responses', 'the Responses API'),
    ...effort.losses,
    ...fields.losses,
  ];
  return { value: fields.value, losses };
}

/** What the client tells of its working tree is for the API's maker alone, if for anyone. */
function passedOn(own: JsonObject, dialect: Dialect): JsonObject {
  const isPassed = (name: string): boolean =>
    !OWN_MEMBERS.has(name) && (name !== 'client_metadata' || dialect.tools.native);
  return Object.fromEntries(Object.entries(own).filter(([name, value]) => isPassed(name) && value !== null));
}

type EncodedFormat = { readonly format?: JsonObject; readonly instruction?: string; readonly losses: readonly Loss[] };

/** The reply's format as the API has it, or as words, by what the provider takes. */
function formatMembers(format: OutputFormat, dialect: Dialect): EncodedFormat {
  if (format.type === 'text') return { losses: [] };
  const accepts = dialect.outputFormat;
  if (accepts === 'json-schema' || (accepts === 'json-object' && format.type === 'json-object')) {
    return { format: encodeFormat(format), losses: [] };
  }
  return {
    ...(accepts === 'json-object' ? { format: { type: 'json_object' } } : {}),
    instruction: formatWords(format.type === 'json-schema' ? format.schema : undefined),
    losses: [
      { path: 'text.format', why: 'The provider does not enforce it; the model is told of it in the instructions.' },
    ],
  };
}

function textMembers(
  request: InferenceRequest,
  dialect: Dialect,
  format: JsonObject | undefined,
  own: JsonObject,
): JsonObject {
  const verbosity = dialect.verbosity ? request.verbosity : undefined;
  const text: JsonObject = {
    ...leftOver(own['text'], dialect),
    ...(format === undefined ? {} : { format }),
    ...(verbosity === undefined ? {} : { verbosity }),
  };
  return Object.keys(text).length === 0 ? {} : { text };
}

/** A summary is asked for only where the whole API is there: others refuse a word for it that they do not know. */
function reasoningMembers(request: InferenceRequest, dialect: Dialect, own: JsonObject): JsonObject {
  const { summary } = request.reasoning;
  const reasoning: JsonObject = {
    ...leftOver(own['reasoning'], dialect),
    ...(summary === undefined || !dialect.tools.native ? {} : { summary }),
  };
  return Object.keys(reasoning).length === 0 ? {} : { reasoning };
}

/** What the neutral form left of such a member, for a provider that has the whole API. */
function leftOver(value: Json | undefined, dialect: Dialect): JsonObject {
  return dialect.tools.native && isJsonObject(value) ? value : {};
}

/** Encrypted reasoning is asked for wherever reasoning items go back; what else the client asked for, as it did. */
function includeMember(dialect: Dialect, own: Json | undefined): JsonObject {
  const include: Json[] = dialect.reasoning.echo.field === 'items' ? [ENCRYPTED_REASONING] : [];
  if (Array.isArray(own)) append(include, own);
  return include.length === 0 ? {} : { include };
}

function samplingMembers({ sampling }: InferenceRequest, dialect: Dialect): JsonObject {
  return {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    [dialect.tokenLimitField]: sampling.maxOutputTokens ?? dialect.defaultMaxTokens,
  };
}

function hintLosses(request: InferenceRequest, dialect: Dialect): readonly Loss[] {
  const { sampling, reasoning } = request;
  const absent = 'The Responses API has no such member.';
  const refused = 'The provider does not take it.';
  const all: readonly (readonly [boolean, Loss])[] = [
    [sampling.seed !== undefined, { path: 'seed', why: absent }],
    [sampling.presencePenalty !== undefined, { path: 'presence_penalty', why: absent }],
    [sampling.frequencyPenalty !== undefined, { path: 'frequency_penalty', why: absent }],
    [request.cacheKey !== undefined && dialect.cacheKeyField === undefined, { path: 'prompt_cache_key', why: refused }],
    [request.verbosity !== undefined && !dialect.verbosity, { path: 'text.verbosity', why: refused }],
    [request.serviceTier !== undefined && !dialect.serviceTier, { path: 'service_tier', why: refused }],
    [reasoning.summary !== undefined && !dialect.tools.native, { path: 'reasoning.summary', why: refused }],
  ];
  return all.flatMap(([isLost, loss]) => (isLost ? [loss] : []));
}
