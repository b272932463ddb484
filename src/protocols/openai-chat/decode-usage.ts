import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import { natural, type Usage, usageFromInclusive } from '../../ir/usage.ts';

/** The usage object of a chunk or reply, under all the names that providers give its counts.
 *  @returns undefined where it counts nothing. */
export function decodeUsage(usage: JsonObject): Usage | undefined {
  const inputDetails = detailsOf(usage, 'prompt_tokens_details', 'input_tokens_details');
  const outputDetails = detailsOf(usage, 'completion_tokens_details', 'output_tokens_details');
  const input = first(usage['prompt_tokens'], usage['input_tokens']);
  const completion = first(usage['completion_tokens'], usage['output_tokens']);
  const reasoning = first(outputDetails['reasoning_tokens'], usage['reasoning_tokens']);
  if (!countsSomething(usage)) return undefined;
  // xAI counts thinking beside the completion, as its total shows; OpenRouter does so for some models, as it is more than
  // the completion could hold, and bills both. Everyone else counts it inside.
  const beside =
    reasoning > completion || (reasoning > 0 && natural(usage['total_tokens']) === input + completion + reasoning);
  return usageFromInclusive({
    input,
    cacheRead: first(
      inputDetails['cached_tokens'],
      usage['prompt_cache_hit_tokens'],
      usage['cached_tokens'],
      usage['cache_read_input_tokens'],
    ),
    cacheWrite: first(
      inputDetails['cache_write_tokens'],
      inputDetails['cache_creation_tokens'],
      usage['cache_creation_input_tokens'],
    ),
    output: beside ? completion + reasoning : completion,
    reasoning,
  });
}

/** Some servers send zeros before, or after, the counts. */
export function countsSomething(usage: JsonObject): boolean {
  return COUNTS.some((name) => natural(usage[name]) > 0);
}

const COUNTS = ['prompt_tokens', 'completion_tokens', 'input_tokens', 'output_tokens'];

function detailsOf(usage: JsonObject, ...names: readonly string[]): JsonObject {
  for (const name of names) {
    const details = usage[name];
    if (isJsonObject(details)) return details;
  }
  return {};
}

/** The first count that is not zero. */
function first(...counts: readonly unknown[]): number {
  for (const count of counts) {
    const value = natural(count);
    if (value > 0) return value;
  }
  return 0;
}
