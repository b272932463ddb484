import { append } from '../../ir/append.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Loss, Translated } from '../../ir/loss.ts';
import type { InferenceRequest, Sampling } from '../../ir/request.ts';
import { applyFields, setMember } from '../apply-fields.ts';
import { cacheMark } from '../cache-marks.ts';
import { foreignMembers } from '../foreign-members.ts';
import { gatherLosses } from '../gather-losses.ts';
import { lostMarks } from '../lost-marks.ts';
import type { EgressTarget } from '../protocol.ts';
import type { ToolNames } from '../tool-names.ts';
import { hasBreakpoints, keepBreakpoints, placeBreakpoints } from './cache-breakpoints.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeTools } from './encode-tools.ts';
import { encodeFormat } from './output-format.ts';
import { CACHE_MARK } from './own-members.ts';
import type { ContentBlock, TextBlock } from './schema.ts';
import { planThinking } from './thinking.ts';

/** For a dialect that knows no limit: what every model of the last years can write. */
const FALLBACK_MAX_TOKENS = 8_192;

/** Members of a client's own request in this protocol that stay with us: they name the person who calls. */
const PRIVATE: ReadonlySet<string> = new Set(['metadata', 'user_profile_id', 'workspace_id']);

/** What the provider caches, in the order in which it reads it.
 *  @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
export const CACHED_MEMBERS: readonly string[] = ['tools', 'system', 'messages'];

export function encodeRequest(
  request: InferenceRequest,
  names: ToolNames,
  target: EgressTarget,
): Translated<JsonObject> {
  const { dialect } = target;
  const losses: Loss[] = [];
  const { tools, toolChoice, forced } = encodeTools(request, names, dialect, losses);
  const { system, messages } = encodeMessages(request, names, target, losses);
  const { format, instruction } = encodeFormat(request.outputFormat, dialect.outputFormat, losses);
  const maxTokens = request.sampling.maxOutputTokens ?? dialect.defaultMaxTokens ?? FALLBACK_MAX_TOKENS;
  const thinking = planThinking(request.reasoning, dialect, { maxTokens, forcedTool: forced, messages }, losses);
  const told: readonly TextBlock[] =
    instruction === undefined ? system : [...system, { type: 'text', text: instruction }];
  const prefix = {
    tools,
    system: told,
    messages: messages.map((turn) => ({ role: turn.role, content: turn.content.map(blockJson) })),
  };
  const own = ownTopLevel(request, target, losses);
  const cached = !dialect.cacheBreakpoints
    ? prefix
    : CACHE_MARK in own || hasBreakpoints(prefix)
      ? keepBreakpoints(prefix, losses)
      : placeBreakpoints(prefix, cacheMark(dialect));
  const body: JsonObject = {
    ...own,
    model: target.model,
    [dialect.tokenLimitField]: maxTokens,
    ...(cached.system.length === 0 ? {} : { system: cached.system }),
    messages: cached.messages,
    ...(cached.tools.length === 0 ? {} : { tools: cached.tools }),
    ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    ...(format === undefined ? thinking.members : setMember(thinking.members, ['output_config', 'format'], format)),
    ...sampling(request.sampling, thinking.active, losses),
    ...serviceTier(request, dialect.serviceTier, losses),
    stream: request.stream,
  };
  if (request.cacheKey !== undefined) losses.push({ path: 'prompt_cache_key', why: NO_MEMBER });
  append(losses, lostMarks(request, dialect.tools.strict));
  if (request.verbosity !== undefined)
    losses.push({ path: 'text.verbosity', why: 'The Messages API has no verbosity.' });
  const applied = applyFields(body, dialect, CACHED_MEMBERS);
  const foreign = foreignMembers(request.extensions, 'anthropic-messages', 'the Messages API');
  return { value: applied.value, losses: [...gatherLosses(losses), ...foreign, ...applied.losses] };
}

function blockJson(block: ContentBlock): JsonObject {
  if (block.type === 'server') return block.value;
  return block.type === 'tool_result' ? { ...block, content: block.content.map(blockJson) } : block;
}

/** Members of a client of this protocol that need no beta, and that its other servers copied. */
const PLAIN_MEMBERS: ReadonlySet<string> = new Set(['top_k', 'service_tier']);

function ownTopLevel(request: InferenceRequest, { dialect }: EgressTarget, losses: Loss[]): JsonObject {
  const taken = (name: string): boolean => {
    if (PRIVATE.has(name)) {
      losses.push({ path: name, why: 'It names the caller, so it is not sent on.' });
      return false;
    }
    if (dialect.tools.native || PLAIN_MEMBERS.has(name)) return true;
    if (name !== CACHE_MARK) losses.push({ path: name, why: 'The provider has a part of the Messages API only.' });
    return false;
  };
  const members = Object.entries(request.extensions['anthropic-messages'] ?? {});
  return Object.fromEntries(members.filter(([name]) => taken(name)));
}

/** @param thinks  the API refuses other sampling than its own while a model thinks. */
function sampling(options: Sampling, thinks: boolean, losses: Loss[]): JsonObject {
  const lose = (path: string, why: string): void => void losses.push({ path, why });
  const { temperature, topP, stop } = options;
  if (options.seed !== undefined) lose('seed', NO_MEMBER);
  if (options.presencePenalty !== undefined) lose('presence_penalty', NO_MEMBER);
  if (options.frequencyPenalty !== undefined) lose('frequency_penalty', NO_MEMBER);
  if (thinks && temperature !== undefined) lose('temperature', 'It cannot be set while the model thinks.');
  if (thinks && topP !== undefined) lose('top_p', 'It cannot be set while the model thinks.');
  if (!thinks && temperature !== undefined && topP !== undefined)
    lose('top_p', 'Newer models take temperature or top_p, not both.');
  if (!thinks && temperature !== undefined && temperature > 1)
    lose('temperature', 'The provider takes 1 at most; 1 was sent.');
  const sequences = stop?.filter((sequence) => /\S/.test(sequence)) ?? [];
  return {
    ...(thinks || temperature === undefined ? {} : { temperature: Math.min(temperature, 1) }),
    ...(thinks || topP === undefined || temperature !== undefined ? {} : { top_p: topP }),
    ...(sequences.length === 0 ? {} : { stop_sequences: sequences }),
  };
}

const NO_MEMBER = 'The Messages API has no such member.';

function serviceTier({ serviceTier }: InferenceRequest, accepted: boolean, losses: Loss[]): JsonObject {
  if (serviceTier === undefined) return {};
  if (accepted) return { service_tier: serviceTier };
  losses.push({ path: 'service_tier', why: 'The provider has other service tiers.' });
  return {};
}
