/** What a token is made of. */
export const WORD = 0;
export const NUMBER = 1;
export const SYMBOL = 2;

/** The tokens of a text, in its order: three arrays of one length, since objects would cost more than the grading itself.
 *  @property hashes   32 bits each, of a word in lower case, of a number by its count of digits, or of a symbol.
 *  @property lengths  in UTF-16 units. @property kinds  WORD, NUMBER or SYMBOL. */
export type Tokens = {
  readonly hashes: readonly number[];
  readonly lengths: readonly number[];
  readonly kinds: readonly number[];
};

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Numbers of this many digits and more are alike. */
const LONGEST_NUMBER = 5;

/** Words, numbers and symbols; white space separates and is nothing itself.
 *  Hash: FNV-1a over UTF-16 units. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function tokensOf(text: string): Tokens {
  const lower = text.toLowerCase();
  const hashes: number[] = [];
  const lengths: number[] = [];
  const kinds: number[] = [];
  let at = 0;
  while (at < lower.length) {
    const first = lower.charCodeAt(at);
    const kind = kindOf(first);
    if (kind === undefined) {
      at += 1;
      continue;
    }
    const from = at;
    let hash = Math.imul(FNV_OFFSET ^ first, FNV_PRIME);
    at += 1;
    if (kind !== SYMBOL) {
      for (; at < lower.length; at += 1) {
        const unit = lower.charCodeAt(at);
        if (kindOf(unit) !== kind) break;
        hash = Math.imul(hash ^ unit, FNV_PRIME);
      }
    }
    hashes.push(kind === NUMBER ? mixed(Math.min(LONGEST_NUMBER, at - from), NUMBER) : hash >>> 0);
    lengths.push(at - from);
    kinds.push(kind);
  }
  return { hashes, lengths, kinds };
}

/** One hash of two, in which their order counts, with all bits stirred: the lower ones choose a bucket. */
export function mixed(one: number, other: number): number {
  let hash = Math.imul(one ^ Math.imul(other, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function kindOf(unit: number): typeof WORD | typeof NUMBER | typeof SYMBOL | undefined {
  if (unit >= 97 && unit <= 122) return WORD;
  if (unit >= 48 && unit <= 57) return NUMBER;
  if (unit <= 32 || unit === 0xa0) return undefined;
  // Letters beyond ASCII begin at À; the mathematical and other signs at U+2000.
  if ((unit >= 0xc0 && unit < 0x2000) || (unit >= 0x3040 && unit < 0xd800)) return WORD;
  return SYMBOL;
}
