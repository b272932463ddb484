import type { FinishReason } from '../../ir/event.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import type { Usage } from '../../ir/usage.ts';

/** What came of a reply, for its end.
 *  @property calls     it holds tool calls: they decide, whatever the provider called its end.
 *  @property refusal   what the model said in declining; undefined where it did not decline.
 *  @property stopSequence  the client's own text at which it ended.
 *  @property isPaused  its last block is a call of the provider's own tool, whose result is still to come. */
export type ReplyEnd = {
  readonly finish: FinishReason;
  readonly calls: boolean;
  readonly refusal?: string;
  readonly stopSequence?: string | undefined;
  readonly isPaused: boolean;
};

/** `stop_reason` and what belongs to it. */
export function stopMembers(end: ReplyEnd): JsonObject {
  const reason = stopReason(end);
  if (reason === 'stop_sequence') return { stop_reason: reason, stop_sequence: end.stopSequence ?? null };
  if (reason !== 'refusal') return { stop_reason: reason, stop_sequence: null };
  const explanation: Json = end.finish === 'content-filter' ? FILTERED : end.refusal || null;
  return {
    stop_reason: reason,
    stop_sequence: null,
    stop_details: { type: 'refusal', category: null, explanation },
  };
}

const FILTERED = "The provider's content filter stopped the reply.";

function stopReason({ finish, calls, refusal, isPaused, stopSequence }: ReplyEnd): string {
  if (finish === 'length') return 'max_tokens';
  if (finish === 'content-filter' || finish === 'refusal' || refusal !== undefined) return 'refusal';
  if (calls) return 'tool_use';
  if (stopSequence !== undefined) return 'stop_sequence';
  return isPaused ? 'pause_turn' : 'end_turn';
}

/** Cached tokens stand beside the input count here, not inside it. */
export function usageMembers(usage: Usage): JsonObject {
  return {
    input_tokens: usage.freshInput,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    output_tokens: usage.output,
    output_tokens_details: { thinking_tokens: usage.reasoning },
    server_tool_use: null,
  };
}

/** The members that only a whole message's usage has. */
export const MESSAGE_USAGE: JsonObject = {
  cache_creation: null,
  inference_geo: null,
  service_tier: null,
  speed: null,
};
