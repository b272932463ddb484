import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

/** A mark that means something to a model is text like any other in a log. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/** Tokens by the vocabulary `o200k_base`. */
export function tokensOf(text: string): number {
  return countTokens(text, AS_TEXT);
}
