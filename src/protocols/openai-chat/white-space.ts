/** White space in a row, in characters, after which a model is taken to write nothing else for ever. Far longer than
 *  any indentation or block of empty lines in real code. */
const LIMIT = 4_096;

const BLANK = /^(?:\s|\\[nrt])*$/;

/** Counts white space across the pieces of one text; escaped line breaks in JSON count too.
 *  @returns from `runsAway` true once there was too much of it. */
export function whiteSpaceWatch(): { readonly runsAway: (piece: string) => boolean } {
  let run = 0;
  return {
    runsAway: (piece) => {
      if (!mayBeBlank(piece) || !BLANK.test(piece)) run = 0;
      else run += piece.length;
      return run > LIMIT;
    },
  };
}

/** The usual piece begins, or ends, with a visible character that is no part of an escape: nothing more to look at. */
function mayBeBlank(piece: string): boolean {
  const first = piece.charCodeAt(0);
  if (first > 0x20 && first <= 0x7f && first !== BACKSLASH) return false;
  const last = piece.charCodeAt(piece.length - 1);
  return last <= 0x20 || last === 0x6e || last === 0x72 || last === 0x74 || last > 0x7f;
}

const BACKSLASH = 0x5c;
