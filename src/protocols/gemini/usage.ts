import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import { natural, type Usage, usageFromInclusive } from '../../ir/usage.ts';

/** Token counts as they come with each piece of a reply: every one stands for all so far. A count that a later piece
 *  leaves out is what it was.
 *  @see https://ai.google.dev/api/generate-content#UsageMetadata */
export type UsageReader = { readonly add: (usage: Json | undefined) => void; readonly total: () => Usage | undefined };

export function readUsage(): UsageReader {
  let seen: JsonObject | undefined;
  return {
    add: (usage) => {
      if (isJsonObject(usage)) seen = { ...seen, ...usage };
    },
    total: () => (seen === undefined ? undefined : usageOf(seen)),
  };
}

/** Cached tokens are inside the prompt's count, results of the provider's own tools beside it, and thoughts beside the
 *  answer's, unless the total says that they are inside. */
function usageOf(counts: JsonObject): Usage {
  const input = natural(counts['promptTokenCount']) + natural(counts['toolUsePromptTokenCount']);
  const answer = natural(counts['candidatesTokenCount']);
  const thoughts = natural(counts['thoughtsTokenCount']);
  const total = natural(counts['totalTokenCount']);
  const isInside = thoughts > 0 && thoughts <= answer && total === input + answer;
  return usageFromInclusive({
    input,
    cacheRead: natural(counts['cachedContentTokenCount']),
    output: isInside ? answer : answer + thoughts,
    reasoning: thoughts,
  });
}
