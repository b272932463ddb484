import { mixed, tokensOf } from '../../src/routing/classifier/tokens.ts';

/** The part of MMLU that was tuned on: features, penalty and all else were chosen by cross-validation inside it. The others
 *  were looked at for the report alone. */
export const TUNED_SHARE = 0.7;
export const SPLIT_SEED = 11;

/** @returns for each of so many examples whether it belongs to the part that was tuned on. By mulberry32, with which this
 *  split was drawn before the first experiment; another generator would draw another. */
export function tunedPart(count: number): boolean[] {
  let state = SPLIT_SEED;
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 0x1_0000_0000 < TUNED_SHARE;
  });
}

/** Tokens in a row that count as one piece of a text. */
const PIECE = 5;
/** The share of the pieces of two texts together from which they count as one. */
export const ALIKE = 0.7;
/** Or of the shorter one's: one set of data puts an instruction around the questions of another. */
export const HELD = 0.9;

/** @returns for each text whether one of the others is nearly the same, holds it or is held by it. */
export function nearDuplicates(texts: readonly string[], others: readonly string[]): boolean[] {
  const holders = new Map<number, number[]>();
  const sizes = others.map((text, at) => {
    const pieces = piecesOf(text);
    for (const piece of pieces) {
      const held = holders.get(piece);
      if (held === undefined) holders.set(piece, [at]);
      else held.push(at);
    }
    return pieces.size;
  });
  return texts.map((text) => {
    const pieces = piecesOf(text);
    const common = new Map<number, number>();
    for (const piece of pieces) {
      for (const at of holders.get(piece) ?? []) common.set(at, (common.get(at) ?? 0) + 1);
    }
    return [...common].some(([at, count]) => {
      const other = sizes[at] ?? 0;
      return count / (pieces.size + other - count) >= ALIKE || count / Math.min(pieces.size, other) >= HELD;
    });
  });
}

function piecesOf(text: string): ReadonlySet<number> {
  const { hashes } = tokensOf(text);
  const pieces = new Set<number>();
  for (let at = 0; at + PIECE <= Math.max(PIECE, hashes.length); at += 1) {
    pieces.add(hashes.slice(at, at + PIECE).reduce(mixed, 0));
  }
  return pieces;
}
