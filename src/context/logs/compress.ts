import { estimateTokens } from '../estimate.ts';
import { compressJson } from './json.ts';
import { kindOf, type TextKind } from './kind.ts';
import { compressListing } from './listing.ts';
import { compressLog } from './log.ts';
import { MARK } from './mark.ts';
import { compressTestOutput } from './test-output.ts';

export type { TextKind } from './kind.ts';

/** @property text   the text as a model is to read it: the same, or shorter.
 *  @property kind   what it was taken for.
 *  @property savedCharacters, savedTokens  by which it became shorter; tokens as `estimateTokens` has them.
 *  @property tokensBefore  of the text as it came. */
export type Compression = {
  readonly text: string;
  readonly kind: TextKind;
  readonly savedCharacters: number;
  readonly savedTokens: number;
  readonly tokensBefore: number;
};

/** A shorter text is worth its header only from here on, in characters. */
const LEAST = 1_000;

/** Of the tokens, this part must be saved. */
const LEAST_SAVING = 0.1;

/** Output of commands and programs, made smaller: what repeats is folded and counted; failures, what is rare and what
 *  points into files stays word by word. Pure: the same text gives the same, whatever else was said.
 *  @param left  kinds that are to stay as they are. */
export function compressText(text: string, left: ReadonlySet<TextKind> = NOTHING): Compression {
  const tokensBefore = estimateTokens(text);
  const asItIs = { text, savedCharacters: 0, savedTokens: 0, tokensBefore } as const;
  if (text.length < LEAST || text.startsWith(MARK)) return { ...asItIs, kind: 'other' };
  const head = HEAD.exec(text)?.[0] ?? '';
  const output = text.slice(head.length);
  if (output.startsWith(MARK)) return { ...asItIs, kind: 'other' };
  const kind = kindOf(output);
  if (left.has(kind)) return { ...asItIs, kind };
  const shorter = head + COMPRESSORS[kind](output);
  const savedCharacters = text.length - shorter.length;
  const savedTokens = tokensBefore - estimateTokens(shorter);
  if (savedCharacters <= 0 || savedTokens < LEAST_SAVING * tokensBefore) return { ...asItIs, kind };
  return { text: shorter, kind, savedCharacters, savedTokens, tokensBefore };
}

const NOTHING: ReadonlySet<TextKind> = new Set();

/** What an agent's shell says before a command's output; Codex does. It stays. */
const HEAD =
  /^(?:(?:Chunk ID|Wall time|Exit code|Process|Original token count|Total output lines)\b[^\n]*\n){1,8}Output:\n/u;

const same = (text: string): string => text;

const COMPRESSORS: Readonly<Record<TextKind, (text: string) => string>> = {
  'test-output': compressTestOutput,
  log: compressLog,
  diff: same,
  listing: compressListing,
  json: compressJson,
  other: same,
};
