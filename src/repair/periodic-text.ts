/** So many characters of the same few over and over are no text that anybody wants. Measured over 66,000 files of text and
 *  code (1.1 GB: packages, compilers, system files): two have as much, a table of 2,000 equal lines of assembler and a
 *  compiler's test. At 8 KiB there are five, at 4 KiB twenty-six. */
const LENGTH = 16_384;
/** The longest period: a paragraph that comes again. */
const MAX_PERIOD = LENGTH / 4;
/** Characters between two looks, and of the end by which a period is found. */
const STRIDE = 4_096;
const PROBE = 48;
/** A period may hold repetitions itself: so many places are tried where the end was seen before. */
const MAX_TRIED = 256;
/** White space in a row is nothing at all, so less of it is enough: the longest run in those files is 2,049. */
const MAX_BLANK = 8_192;

/** Reads a text as it streams. @returns from `push` the period, in characters, once the text only repeats itself. */
export type PeriodicText = { readonly push: (piece: string) => number | undefined };

/** Looks at the same places of a text wherever its pieces end. */
export function periodicText(): PeriodicText {
  let tail = '';
  let toLook = STRIDE;

  const push = (piece: string): number | undefined => {
    if (piece.length < toLook) {
      tail += piece;
      toLook -= piece.length;
      return undefined;
    }
    let from = 0;
    while (piece.length - from >= toLook) {
      tail = (tail + piece.slice(from, from + toLook)).slice(-LENGTH);
      from += toLook;
      toLook = STRIDE;
      const period = periodOf(tail);
      if (period !== undefined) return period;
    }
    tail += piece.slice(from);
    toLook -= piece.length - from;
    return undefined;
  };
  return { push };
}

function periodOf(text: string): number | undefined {
  if (text.length >= MAX_BLANK && text.slice(-MAX_BLANK).trim() === '') return 1;
  if (text.length < LENGTH) return undefined;
  const probe = text.slice(-PROBE);
  let before = text.lastIndexOf(probe, text.length - PROBE - 1);
  for (let tried = 0; before !== -1 && tried < MAX_TRIED; tried += 1) {
    const period = text.length - PROBE - before;
    if (period > MAX_PERIOD) return undefined;
    if (text.startsWith(text.slice(period))) return period;
    before = text.lastIndexOf(probe, before - 1);
  }
  return undefined;
}
