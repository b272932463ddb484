import { estimateTokens } from '../estimate.ts';
import { kindOf, type TextKind } from './kind.ts';
import { compressLog } from './log.ts';
import { MARK } from './mark.ts';
import { compressTestOutput } from './test-output.ts';

export type { TextKind } from './kind.ts';

/** @property text   the text as a model is to read it: the same, or shorter.
 *  @property kind   what it was taken for.
 *  @property savedCharacters, savedTokens  by which it became shorter; tokens as `estimateTokens` has them. */
export type Compression = {
  readonly text: string;
  readonly kind: TextKind;
  readonly savedCharacters: number;
  readonly savedTokens: number;
};

/** A shorter text is worth its header only from here on, in characters. */
const LEAST = 1_000;

/** Of the tokens, this part must be saved. */
const LEAST_SAVING = 0.1;

/** Output of commands and programs, made smaller: what repeats is folded and counted; failures, what is rare and what
 *  points into files stays word by word. Pure: the same text gives the same, whatever else was said. */
export function compressText(text: string): Compression {
  if (text.length < LEAST || text.startsWith(MARK)) return asItIs(text, 'other');
  const kind = kindOf(text);
  const shorter = COMPRESSORS[kind](text);
  const before = estimateTokens(text);
  const after = estimateTokens(shorter);
  if (shorter.length >= text.length || after > before * (1 - LEAST_SAVING)) return asItIs(text, kind);
  return { text: shorter, kind, savedCharacters: text.length - shorter.length, savedTokens: before - after };
}

function asItIs(text: string, kind: TextKind): Compression {
  return { text, kind, savedCharacters: 0, savedTokens: 0 };
}

const same = (text: string): string => text;

const COMPRESSORS: Readonly<Record<TextKind, (text: string) => string>> = {
  'test-output': compressTestOutput,
  log: compressLog,
  diff: same,
  listing: same,
  json: same,
  other: same,
};
