/** FNV-1a over UTF-16 code units, 32 bits: the same on every machine and after every restart.
 *  Source: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** A number above 0 and below 1 for a text, always the same one. The hash alone is uneven over texts that are alike, so
 *  its bits are mixed once more. Source of the constants: https://github.com/aappleby/smhasher (MurmurHash3, fmix32). */
export function stableFraction(text: string): number {
  let mixed = stableHash(text);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (((mixed ^ (mixed >>> 16)) >>> 0) + 0.5) / 0x1_0000_0000;
}
