const ESC = '\\x1b';
const BELL = '\\x07';

/** What stands in a text and means nothing to a reader, with a word for each kind. */
const REMOVED = [
  // CSI, OSC and the short forms: ECMA-48, and what terminals made of it.
  {
    what: 'terminal escapes',
    pattern: new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BELL}${ESC}]*(?:${BELL}|${ESC}\\\\)|[ -/]*[0-~])`, 'gu'),
  },
  { what: 'control characters', pattern: /(?!\t)\p{Cc}/gu },
  // Zero-width spaces and joiners of words, marks of byte order and direction, soft hyphens, tags outside of flags, halves
  // of a character. Joiners within emoji and Persian words stay.
  {
    what: 'invisible characters',
    pattern:
      /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}|(?<![\u{1f3f4}\u{e0020}-\u{e007f}])[\u{e0000}-\u{e007f}]+/gu,
  },
] as const;

/** Spaces of typography, and breaks that no line of ours ends with. */
const SPACES = /[\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f]/gu;

/** One kind of change. @property characters  by which the text became shorter. */
export type Removal = { readonly what: string; readonly count: number; readonly characters: number };

/** A line in plain characters. */
export function plain(line: string): { readonly text: string; readonly removed: readonly Removal[] } {
  if (!ODD.test(line)) return { text: line, removed: NOTHING };
  const removed: Removal[] = [];
  let text = line;
  for (let again = true; again; ) {
    const before = text;
    for (const { what, pattern } of REMOVED) text = replaced(text, pattern, '', what, removed);
    // What was taken out may have stood within another escape.
    again = text !== before;
  }
  text = replaced(text, SPACES, ' ', 'odd spaces', removed);
  return { text, removed };
}

/** A text of many lines without escapes and control characters. All else stays, line breaks too. */
export function withoutControls(text: string): { readonly text: string; readonly removed: readonly Removal[] } {
  const told = new Map<string, Removal>();
  const tell = (removed: readonly Removal[]): void => {
    for (const { what, count, characters } of removed) {
      const sum = told.get(what);
      told.set(what, { what, count: (sum?.count ?? 0) + count, characters: (sum?.characters ?? 0) + characters });
    }
  };
  const cleaned = (line: string): string => {
    if (!CONTROL.test(line)) return line;
    const removed: Removal[] = [];
    let left = line;
    for (let before = ''; left !== before; ) {
      before = left;
      for (const { what, pattern } of CONTROLS) left = replaced(left, pattern, '', what, removed);
    }
    tell(removed);
    return left;
  };
  // Every other piece is line breaks.
  const pieces = text.split(/([\r\n]+)/u).map((piece, at) => (at % 2 === 0 ? cleaned(piece) : piece));
  return { text: pieces.join(''), removed: [...told.values()] };
}

const CONTROL = /(?!\t)\p{Cc}/u;
const CONTROLS = REMOVED.filter(({ what }) => what !== 'invisible characters');

const NOTHING: readonly Removal[] = [];

/** Whether there is anything to look at: most lines have none of it. */
const ODD = /(?!\t)\p{Cc}|[\u00a0\u00ad\u2000-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}|[\u{e0000}-\u{e007f}]/u;

function replaced(text: string, pattern: RegExp, by: string, what: string, removed: Removal[]): string {
  let count = 0;
  const after = text.replace(pattern, () => {
    count += 1;
    return by;
  });
  if (count > 0) removed.push({ what, count, characters: text.length - after.length });
  return after;
}
