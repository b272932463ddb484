import type { UsageRules } from '../../ir/dialect.ts';
import { isJsonObject, type JsonObject, memberReader } from '../../ir/json.ts';
import { natural, type Usage, usageFromInclusive } from '../../ir/usage.ts';

/** The names that every decoder knows, since a router hands through what the server behind it says. What a preset says
 *  of its provider is looked at first. */
const KNOWN = {
  places: ['usage', 'x_groq.usage', 'choices.0.usage'],
  input: ['prompt_tokens', 'input_tokens'],
  output: ['completion_tokens', 'output_tokens'],
  cacheRead: [
    'prompt_tokens_details.cached_tokens',
    'input_tokens_details.cached_tokens',
    'prompt_cache_hit_tokens',
    'cached_tokens',
    'cache_read_input_tokens',
  ],
  cacheWrite: [
    'prompt_tokens_details.cache_write_tokens',
    'prompt_tokens_details.cache_creation_tokens',
    'prompt_tokens_details.cache_creation_input_tokens',
    'input_tokens_details.cache_write_tokens',
    'cache_creation_input_tokens',
  ],
  reasoning: [
    'completion_tokens_details.reasoning_tokens',
    'output_tokens_details.reasoning_tokens',
    'reasoning_tokens',
  ],
} as const satisfies UsageRules;

/** @property find    the usage object of a chunk or reply, where it holds one.
 *  @property counts  does it count anything? Some servers send zeros before, or after, the counts.
 *  @property read    undefined where it counts nothing. */
export type UsageReader = {
  readonly find: (value: JsonObject) => JsonObject | undefined;
  readonly counts: (usage: JsonObject) => boolean;
  readonly read: (usage: JsonObject) => Usage | undefined;
};

type Readers = readonly ReturnType<typeof memberReader>[];

/** Made once: a reader is made for every reply. */
const KNOWN_READERS: { readonly [field in keyof typeof KNOWN]: Readers } = {
  places: KNOWN.places.map(memberReader),
  input: KNOWN.input.map(memberReader),
  output: KNOWN.output.map(memberReader),
  cacheRead: KNOWN.cacheRead.map(memberReader),
  cacheWrite: KNOWN.cacheWrite.map(memberReader),
  reasoning: KNOWN.reasoning.map(memberReader),
};

/** Usage as one provider tells it, under its own names ahead of those of all the others. */
export function usageReader(rules: UsageRules = {}): UsageReader {
  const readers = (field: keyof typeof KNOWN): Readers => {
    const own = rules[field];
    return own === undefined ? KNOWN_READERS[field] : [...own.map(memberReader), ...KNOWN_READERS[field]];
  };
  const places = readers('places');
  const count = (field: Exclude<keyof typeof KNOWN, 'places'>): ((usage: JsonObject) => number) =>
    firstCount(readers(field));
  const input = count('input');
  const output = count('output');
  const cacheRead = count('cacheRead');
  const cacheWrite = count('cacheWrite');
  const reasoning = count('reasoning');
  const counts = (usage: JsonObject): boolean => input(usage) > 0 || output(usage) > 0;

  const read = (usage: JsonObject): Usage | undefined => {
    if (!counts(usage)) return undefined;
    const cached = { cacheRead: cacheRead(usage), cacheWrite: cacheWrite(usage) };
    const thinking = reasoning(usage);
    const completion = output(usage);
    return usageFromInclusive({
      input: input(usage) + (rules.cachedTokens === 'beside' ? cached.cacheRead + cached.cacheWrite : 0),
      ...cached,
      output: isBeside(usage, input(usage), completion, thinking) ? completion + thinking : completion,
      reasoning: thinking,
    });
  };

  /** xAI counts thinking beside the completion, as its total shows; OpenRouter does so for some models, as it is more
   *  than the completion could hold, and bills both. Everyone else counts it inside. */
  const isBeside = (usage: JsonObject, prompt: number, completion: number, thinking: number): boolean => {
    if (rules.reasoningTokens !== undefined) return rules.reasoningTokens === 'beside';
    return thinking > completion || (thinking > 0 && natural(usage['total_tokens']) === prompt + completion + thinking);
  };

  const find = (value: JsonObject): JsonObject | undefined => {
    for (const place of places) {
      const usage = place(value);
      if (isJsonObject(usage)) return usage;
    }
    return undefined;
  };
  return { find, counts, read };
}

/** The first count that is not zero. */
function firstCount(readers: readonly ((usage: JsonObject) => unknown)[]): (usage: JsonObject) => number {
  return (usage) => {
    for (const read of readers) {
      const value = natural(read(usage));
      if (value > 0) return value;
    }
    return 0;
  };
}
