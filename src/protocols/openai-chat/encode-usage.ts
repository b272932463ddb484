import type { JsonObject } from '../../ir/json.ts';
import { NO_USAGE, totalInput, type Usage } from '../../ir/usage.ts';

/** Cached tokens are inside the prompt's count, thinking inside the completion's. */
export function encodeUsage(usage: Usage = NO_USAGE): JsonObject {
  const input = totalInput(usage);
  return {
    prompt_tokens: input,
    completion_tokens: usage.output,
    total_tokens: input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}
