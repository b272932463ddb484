import { append } from '../../ir/append.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Loss, Translated } from '../../ir/loss.ts';
import type { InferenceRequest } from '../../ir/request.ts';
import { applyFields } from '../apply-fields.ts';
import { foreignMembers } from '../foreign-members.ts';
import { gatherLosses } from '../gather-losses.ts';
import { lostMarks } from '../lost-marks.ts';
import type { EgressTarget } from '../protocol.ts';
import type { ToolNames } from '../tool-names.ts';
import { encodeContents } from './encode-contents.ts';
import { encodeTools } from './encode-tools.ts';
import { encodeConfig } from './generation-config.ts';

/** What the provider caches implicitly, as a prefix. */
export const CACHED_MEMBERS: readonly string[] = ['systemInstruction', 'tools', 'contents'];

/** The body of `POST /models/MODEL:generateContent`, which is that of the streamed call too: the path names the model
 *  and says how the reply comes. Pure: the same request and target give the same bytes.
 *  @see https://ai.google.dev/api/generate-content */
export function encodeRequest(
  request: InferenceRequest,
  names: ToolNames,
  target: EgressTarget,
): Translated<JsonObject> {
  const { dialect } = target;
  const losses: Loss[] = [];
  const tools = encodeTools(request, names, dialect.tools, losses);
  const { system, contents } = encodeContents(request, names, target, losses);
  const { config, instruction } = encodeConfig(request, dialect, losses);
  const told = instruction === undefined ? system : [...system, instruction];
  const body: JsonObject = {
    ...request.extensions.gemini,
    ...(told.length === 0 ? {} : { systemInstruction: { parts: told.map((text) => ({ text })) } }),
    ...tools,
    contents,
    ...(Object.keys(config).length === 0 ? {} : { generationConfig: config }),
    ...serviceTier(request, dialect.serviceTier, losses),
  };
  append(losses, lostMarks(request, false));
  if (request.cacheKey !== undefined)
    losses.push({ path: 'prompt_cache_key', why: 'The Gemini API has no cache key: it caches prefixes by itself.' });
  if (request.verbosity !== undefined) losses.push({ path: 'text.verbosity', why: 'The Gemini API has no verbosity.' });
  const applied = applyFields(body, dialect, CACHED_MEMBERS);
  const foreign = foreignMembers(request.extensions, 'gemini', 'the Gemini API');
  return { value: applied.value, losses: [...gatherLosses(losses), ...foreign, ...applied.losses] };
}

function serviceTier({ serviceTier: tier }: InferenceRequest, accepted: boolean, losses: Loss[]): JsonObject {
  if (tier === undefined) return {};
  if (accepted) return { serviceTier: tier };
  losses.push({ path: 'service_tier', why: 'The provider has other service tiers.' });
  return {};
}
