import { optionsOf } from './options.ts';
import { STRUCTURE_NAMES, type Structure, structureOf } from './structure.ts';
import { mixed, type Tokens, tokensOf } from './tokens.ts';

/** Buckets that words and pairs of words are hashed into: the first half for texts that offer answers, the second for those
 *  that do not, since the same word means another thing in either. */
export const BUCKETS = 1 << 17;
const HALF = BUCKETS / 2;

/** How often each bucket came up in the block at hand; all zero between calls. A new one a call would be most of its cost. */
const counts = new Uint16Array(BUCKETS);

/** How much of a text is read, in UTF-16 units: its beginning, and its end, where a paste is followed by what is asked. */
const HEAD = 3_000;
const TAIL = 1_000;

/** @property buckets  without repeats inside a block. @property values  of the bucket at the same place.
 *  @property options  answers that the text offers. @property structure  what its form tells. */
export type Features = {
  readonly buckets: readonly number[];
  readonly values: readonly number[];
  readonly options: number;
  readonly structure: Structure;
};

/** Each block has this length as a vector, however long the text, so that long texts do not shout. */
const LENGTHS = {
  offered: { words: 1, pairs: 0.3, edges: 0.3 },
  free: { words: 1, pairs: 1, edges: 0 },
} as const;

/** Tokens of the beginning and of the end of a question that say what sort of question it is. */
const EDGE = 4;

const [WORDS, PAIRS, FIRST, LAST, NEAR_END] = [0x1f, 0x2f, 0x3f, 0x4f, 0x5f];

/** The part of a text that is read: all of it up to 4,000 characters, so that the time has a bound. */
export function readPart(text: string): string {
  return text.length <= HEAD + TAIL ? text : `${text.slice(0, HEAD)}\n${text.slice(-TAIL)}`;
}

export function featuresOf(text: string): Features {
  const read = readPart(text);
  const tokens = tokensOf(read);
  const optioned = optionsOf(read);
  const form = optioned.options.length > 0 ? 'offered' : 'free';
  const base = form === 'offered' ? 0 : HALF;
  const lengths = LENGTHS[form];
  const buckets: number[] = [];
  const values: number[] = [];
  const add = (hashes: readonly number[], length: number): void => {
    if (length === 0) return;
    const from = buckets.length;
    for (const hash of hashes) {
      const bucket = base + (hash & (HALF - 1));
      if (counts[bucket] === 0) buckets.push(bucket);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    let square = 0;
    for (let at = from; at < buckets.length; at += 1) {
      const bucket = buckets[at] ?? 0;
      const value = 1 + Math.log(counts[bucket] ?? 1);
      square += value * value;
      values.push(value);
      counts[bucket] = 0;
    }
    const scale = length / Math.sqrt(Math.max(1, square));
    for (let at = from; at < values.length; at += 1) values[at] = (values[at] ?? 0) * scale;
  };
  add(
    tokens.hashes.map((hash) => mixed(hash, WORDS)),
    lengths.words,
  );
  add(pairsOf(tokens), lengths.pairs);
  add(edgesOf(tokensOf(optioned.stem)), lengths.edges);
  return { buckets, values, options: optioned.options.length, structure: structureOf(read, optioned, tokens) };
}

/** @returns the numbers of a structure in the order of their names. */
export function structureValues(structure: Structure): number[] {
  return STRUCTURE_NAMES.map((name) => structure[name]);
}

function pairsOf({ hashes }: Tokens): number[] {
  return hashes.slice(1).map((hash, before) => mixed(mixed(hashes[before] ?? 0, PAIRS), hash));
}

/** The first one to four tokens together, the last one to four, and each of the last eight wherever it stands among them. */
function edgesOf({ hashes }: Tokens): number[] {
  const edges: number[] = [];
  let [first, last] = [FIRST, LAST];
  for (let at = 0; at < Math.min(EDGE, hashes.length); at += 1) {
    first = mixed(first, hashes[at] ?? 0);
    last = mixed(last, hashes[hashes.length - 1 - at] ?? 0);
    edges.push(first, last);
  }
  for (const hash of hashes.slice(-2 * EDGE)) edges.push(mixed(hash, NEAR_END));
  return edges;
}
