import type { Dialect } from '../../ir/dialect.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Loss, Translated } from '../../ir/loss.ts';
import type { InferenceRequest, Sampling } from '../../ir/request.ts';
import { applyFields } from '../apply-fields.ts';
import { cacheMark } from '../cache-marks.ts';
import { applyEffort } from '../effort.ts';
import { foreignMembers } from '../foreign-members.ts';
import { lostMarks } from '../lost-marks.ts';
import type { EgressTarget } from '../protocol.ts';
import type { ToolNames } from '../tool-names.ts';
import { markCachePoints } from './cache-points.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeOutputFormat } from './encode-output-format.ts';
import { encodeTools } from './encode-tools.ts';

/** What providers cache, in the order in which they read it. */
export const CACHED_MEMBERS: readonly string[] = ['tools', 'messages'];

/** The body of `POST /chat/completions`. Pure: the same request and target give the same bytes, which is what a
 *  provider's prompt cache lives by. */
export function encodeRequest(
  request: InferenceRequest,
  target: EgressTarget,
  names: ToolNames,
): Translated<JsonObject> {
  const { dialect } = target;
  const tools = encodeTools(request, dialect, names);
  const format = encodeOutputFormat(request.outputFormat, dialect);
  const messages = encodeMessages(request.messages, target, names, format.instruction);
  const body: JsonObject = {
    ...request.extensions['openai-chat'],
    model: target.model,
    messages: dialect.cacheBreakpoints ? markCachePoints(messages.value, cacheMark(dialect)) : messages.value,
    ...tools.value,
    ...format.members,
    ...samplingMembers(request.sampling, dialect),
    ...(request.stream ? streamMembers(dialect) : {}),
    ...hintMembers(request, dialect),
  };
  const effort = applyEffort(body, dialect.effort, request.reasoning);
  const fields = applyFields(effort.value, dialect, CACHED_MEMBERS);
  const losses = [
    ...messages.losses,
    ...tools.losses,
    ...format.losses,
    ...hintLosses(request, dialect),
    ...lostMarks(request, dialect.tools.strict),
    ...foreignMembers(request.extensions, 'openai-chat', 'Chat Completions'),
    ...effort.losses,
    ...fields.losses,
  ];
  return { value: fields.value, losses };
}

function streamMembers(dialect: Dialect): JsonObject {
  return dialect.streamUsage ? { stream: true, stream_options: { include_usage: true } } : { stream: true };
}

function samplingMembers(sampling: Sampling, dialect: Dialect): JsonObject {
  const limit = sampling.maxOutputTokens ?? dialect.defaultMaxTokens;
  return present({
    temperature: sampling.temperature,
    top_p: sampling.topP,
    [dialect.tokenLimitField]: limit,
    stop: sampling.stop,
    seed: sampling.seed,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
  });
}

/** What makes a reply cheaper, faster or shorter, and does no harm where it is left out. */
function hintMembers(request: InferenceRequest, dialect: Dialect): JsonObject {
  return present({
    ...(dialect.cacheKeyField === undefined ? {} : { [dialect.cacheKeyField]: request.cacheKey }),
    verbosity: dialect.verbosity ? request.verbosity : undefined,
    service_tier: dialect.serviceTier ? request.serviceTier : undefined,
  });
}

function hintLosses(request: InferenceRequest, dialect: Dialect): readonly Loss[] {
  const why = 'The provider does not take it.';
  return [
    ...(request.cacheKey !== undefined && dialect.cacheKeyField === undefined && dialect.cacheKeyHeader === undefined
      ? [{ path: 'prompt_cache_key', why }]
      : []),
    ...(request.verbosity !== undefined && !dialect.verbosity ? [{ path: 'text.verbosity', why }] : []),
    ...(request.serviceTier !== undefined && !dialect.serviceTier ? [{ path: 'service_tier', why }] : []),
  ];
}

function present(members: { readonly [name: string]: Json | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
