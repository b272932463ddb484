import { isJsonObject, type Json } from '../../ir/json.ts';
import { natural, type Usage } from '../../ir/usage.ts';

/** Token counts as they come: at the start of the message and, cumulative, at its end. Every count only grows, so that
 *  the larger one is the later one, also where a server leaves a count out, or sends 0, in one of the two places. */
export type UsageCounter = { readonly add: (usage: Json | undefined) => void; readonly total: () => Usage | undefined };

export function countUsage(): UsageCounter {
  let seen: Usage | undefined;
  return {
    add: (usage) => {
      if (!isJsonObject(usage)) return;
      const details = usage['output_tokens_details'];
      const output = Math.max(seen?.output ?? 0, natural(usage['output_tokens']));
      const reasoning = natural(isJsonObject(details) ? details['thinking_tokens'] : 0);
      seen = {
        // Cached tokens stand beside the input count here, not inside it.
        freshInput: Math.max(seen?.freshInput ?? 0, natural(usage['input_tokens'])),
        cacheRead: Math.max(seen?.cacheRead ?? 0, natural(usage['cache_read_input_tokens'])),
        cacheWrite: Math.max(seen?.cacheWrite ?? 0, natural(usage['cache_creation_input_tokens'])),
        output,
        reasoning: Math.min(Math.max(seen?.reasoning ?? 0, reasoning), output),
      };
    },
    total: () => seen,
  };
}
