import type { OptionedText } from './options.ts';
import { NUMBER, SYMBOL, type Tokens, tokensOf, WORD } from './tokens.ts';

/** What the form of a text tells, whatever its words mean: one number a name. */
export type Structure = Readonly<Record<StructureName, number>>;
export type StructureName = (typeof STRUCTURE_NAMES)[number];

/** In the order of the weights. Counts and lengths are logarithms of one more, shares are 0 to 1. */
export const STRUCTURE_NAMES = [
  'length',
  'tokens',
  'stem-length',
  'stem-tokens',
  'sentences',
  'lines',
  'commas',
  'quotes',
  'capitals-share',
  'foreign-letters',
  'names',
  'digits',
  'digit-share',
  'symbols',
  'symbol-share',
  'word-length',
  'longest-word',
  'variety',
  'single-letters',
  'long-words',
  'short-words',
  'asks',
  'breaks-off',
  'negated',
  'numerals',
  'formulas',
  'person',
  'option-length',
  'option-tokens',
  'option-spread',
  'shortest-option',
  'longest-option',
  'number-options',
  'digit-options',
  'options-alike',
  'options-repeat',
  'catch-all-option',
  'code',
  'files',
  'stack-frames',
  'steps',
] as const;

const log = (count: number): number => Math.log(1 + count);
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Without bound in the text's length, so the caller cuts the text. @param tokens  of the whole text. */
export function structureOf(text: string, { stem, options }: OptionedText, tokens: Tokens): Structure {
  const stemTokens = tokensOf(stem);
  const inStem = new Set(stemTokens.hashes);
  const optionTokens = options.map((option) => tokensOf(option).hashes);
  const lengths = options.map((option) => option.length);
  const meanLength = mean(lengths);
  const words = wordsOf(tokens);
  const units = unitsOf(text);
  const all = Math.max(1, tokens.hashes.length);
  const symbols = tokens.kinds.filter((kind) => kind === SYMBOL).length - units.points;
  const numbers = tokens.kinds.filter((kind) => kind === NUMBER).length;
  const end = stem.trimEnd();
  return {
    length: log(text.length),
    tokens: log(tokens.hashes.length),
    'stem-length': log(stem.length),
    'stem-tokens': log(stemTokens.hashes.length),
    sentences: log(count(stem, /[.!?](?=\s|$)/gu)),
    lines: log(count(stem, /\n/gu)),
    commas: log(units.commas),
    quotes: log(units.quotes),
    'capitals-share': units.capitals / Math.max(1, text.length),
    'foreign-letters': log(units.foreign),
    names: log(count(stem, /(?<=[a-z,] )[A-Z][a-z]+/gu)),
    digits: log(numbers),
    'digit-share': numbers / all,
    symbols: log(symbols),
    'symbol-share': symbols / all,
    'word-length': words.meanLength,
    'longest-word': words.longest,
    variety: words.variety,
    'single-letters': words.single / all,
    'long-words': words.long,
    'short-words': words.short,
    asks: end.endsWith('?') ? 1 : 0,
    'breaks-off': /[:_,a-z]$/u.test(end) ? 1 : 0,
    negated: /\b(?:NOT|EXCEPT|LEAST|not|except|least|false|incorrect)\b/u.test(stem) ? 1 : 0,
    numerals: /\bII\b/u.test(text) && /\bI\b/u.test(text) ? 1 : 0,
    formulas: log(count(text, /[=^+*/\\<>]/gu)),
    person: /\b(?:he|she|his|her|him|you|your|my)\b/iu.test(stem) ? 1 : 0,
    'option-length': log(meanLength),
    'option-tokens': log(mean(optionTokens.map((hashes) => hashes.length))),
    'option-spread': log(Math.sqrt(mean(lengths.map((length) => (length - meanLength) ** 2)))),
    'shortest-option': log(lengths.length === 0 ? 0 : Math.min(...lengths)),
    'longest-option': log(Math.max(0, ...lengths)),
    'number-options': options.filter((option) => /^[\s$(-]*\d/u.test(option)).length,
    'digit-options': options.filter((option) => /\d/u.test(option)).length,
    'options-alike': mean(
      optionTokens.map((hashes, at) => shareIn(hashes, new Set(optionTokens[(at + 1) % optionTokens.length]))),
    ),
    'options-repeat': mean(optionTokens.map((hashes) => shareIn(hashes, inStem))),
    'catch-all-option': options.some((option) => /\b(?:all|none|both|neither) of\b/iu.test(option)) ? 1 : 0,
    code: log(count(text, CODE)),
    files: log(count(text, FILE)),
    'stack-frames': log(count(text, STACK_FRAME)),
    steps: log(count(text, STEP)),
  };
}

/** Signs of code: a fence, a call, a member, an arrow, the end of a statement. */
export const CODE = /```|\w\(\w*\)|=>|->|::|[{};]\n|\b(?:def|function|class|return|import|const|SELECT)\b/gu;
/** A name with a short ending that begins with a letter: `src/app.ts`, `README.md`. */
export const FILE = /\b[\w-]{1,40}(?:\/[\w.-]{1,40}){0,6}\.[a-z]{1,4}\b(?![.\w(])/gu;
/** A frame of a trace in the manner of Python, JavaScript and Java, Rust and Go. */
export const STACK_FRAME =
  /^[ \t]{0,40}(?:File "[^"\n]{1,300}", line \d|at [^\n]{1,200}[:(]|\d+: [\w:]{1,100}$|goroutine \d)/gmu;
/** An item of a list. */
export const STEP = /^[ \t]{0,40}(?:\d{1,2}[.)]|[-*•]|\[[ x]\])[ \t]{1,9}\S/gmu;

function wordsOf({ hashes, lengths, kinds }: Tokens) {
  const seen = new Set<number>();
  let [words, letters, longest, single, long, short] = [0, 0, 0, 0, 0, 0];
  for (const [at, kind] of kinds.entries()) {
    if (kind !== WORD) continue;
    const length = lengths[at] ?? 0;
    words += 1;
    letters += length;
    longest = Math.max(longest, length);
    if (length === 1) single += 1;
    if (length >= 9) long += 1;
    if (length <= 3) short += 1;
    seen.add(hashes[at] ?? 0);
  }
  const of = Math.max(1, words);
  return {
    meanLength: letters / of,
    longest: Math.min(30, longest),
    variety: seen.size / of,
    single,
    long: long / of,
    short: short / of,
  };
}

function unitsOf(text: string) {
  let [capitals, foreign, commas, quotes, points] = [0, 0, 0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 65 && unit <= 90) capitals += 1;
    else if (unit > 126) foreign += 1;
    if (unit === 44) commas += 1;
    if (unit === 34 || unit === 0x201c || unit === 0x201d) quotes += 1;
    if (POINTS.has(unit)) points += 1;
  }
  return { capitals, foreign, commas, quotes, points };
}

/** Punctuation of ordinary prose, which makes no text symbolic. */
const POINTS = new Set([...'.,?\'"():;-'].map((sign) => sign.charCodeAt(0)));

function shareIn(hashes: readonly number[], set: ReadonlySet<number>): number {
  return hashes.length === 0 ? 0 : hashes.filter((hash) => set.has(hash)).length / hashes.length;
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / Math.max(1, values.length);
}
