/** What a character adds to the number of tokens, by the run of like characters that it stands in and its place there.
 *
 *  Fitted by least squares on relative errors to counts with `o200k_base`: on source code, documentation, licences, JSON
 *  and made-up logs; docs/compression.md says how far off it is, on texts that it was not fitted to. */
const WEIGHTS = {
  /** Lower-case letters that follow one space, or an upper-case letter that does. */
  word: [0.558, 0.494, 0, 0, 0, 0.082, 0.086, 0, 0, 0.048, 0, 0.44],
  /** Lower-case letters after anything else. */
  part: [1.095, 0, 0, 0, 0, 0, 0, 0, 0.102, 0.42, 0.484, 0.436],
  upper: [1.058, 0.291, 0, 0.223],
  /** An upper-case letter after one space. */
  capital: [0.189],
  digit: [1.345, 0, 0],
  space: [0, 0.992, 0.012],
  newline: [0.415, 0.371],
  /** A newline after a mark. */
  markedNewline: [0.215],
  mark: [0.49, 0.417, 0.106, 0.033],
  /** A mark after one space. */
  spacedMark: [0.881],
  /** Letters of two bytes: Latin with accents, Greek, Cyrillic, Hebrew, Arabic. */
  foreign: [0.844, 0.16, 0.503, 0.113],
  han: [1, 0.7],
  symbol: [1.556, 0.204],
  emoji: [2.144],
} as const satisfies Readonly<Record<string, readonly number[]>>;

type Run = keyof typeof WEIGHTS;

/** Classes of characters; `SKIP` is what adds nothing and changes nothing. */
export const LOWER = 0;
export const UPPER = 1;
export const DIGIT = 2;
export const SPACE = 3;
export const NEWLINE = 4;
export const MARK = 5;
export const FOREIGN = 6;
export const HAN = 7;
export const SYMBOL = 8;
export const EMOJI = 9;
export const SKIP = 10;
/** Rows of `STEPS` are this wide: a power of two. */
const CLASSES = 16;

const STATES: readonly { readonly run: Run; readonly place: number }[] = Object.entries(WEIGHTS).flatMap(
  ([run, weights]) => (isRun(run) ? weights.map((_, place) => ({ run, place })) : []),
);

function isRun(name: string): name is Run {
  return Object.hasOwn(WEIGHTS, name);
}

function stateOf(run: Run, place: number): number {
  const last = Math.min(place, WEIGHTS[run].length - 1);
  return STATES.findIndex((state) => state.run === run && state.place === last);
}

function next(run: Run, place: number, to: number): number {
  const spaced = run === 'space' && place === 0;
  const on = (same: Run, first: Run = same): number => (run === same ? stateOf(same, place + 1) : stateOf(first, 0));
  switch (to) {
    case LOWER:
      if (run === 'capital') return stateOf('word', 0);
      if (run === 'upper') return stateOf('part', place === 0 ? 1 : 0);
      return spaced ? stateOf('word', 0) : run === 'word' ? on('word') : on('part');
    case UPPER:
      return run === 'capital' ? stateOf('upper', 1) : spaced ? stateOf('capital', 0) : on('upper');
    case DIGIT:
      return stateOf('digit', run === 'digit' ? (place + 1) % 3 : 0);
    case SPACE:
      return on('space');
    case NEWLINE:
      if (run === 'mark') return stateOf('markedNewline', 0);
      return run === 'markedNewline' ? stateOf('newline', 1) : on('newline');
    case MARK:
      return spaced ? stateOf('spacedMark', 0) : run === 'spacedMark' ? stateOf('mark', 1) : on('mark');
    case FOREIGN:
      return on('foreign');
    case HAN:
      return on('han');
    case SYMBOL:
      return on('symbol');
    default:
      return stateOf('emoji', 0);
  }
}

const SHIFT = 10;

/** Thousandths of tokens that a step adds: `step >> ADDED`. */
export const ADDED = SHIFT;
/** The state that a step leads to, as the place of its row in `STEPS`: `step & STATE`. */
export const STATE = (1 << SHIFT) - 1;

/** By state and class, `STEPS[(step & STATE) | class]`: what the character adds, and the state after it, in one number. */
export const STEPS = new Int32Array(STATES.length * CLASSES);

for (const [state, { run, place }] of STATES.entries()) {
  for (let to = 0; to < SKIP; to += 1) {
    const after = next(run, place, to);
    const { run: kind, place: at } = STATES[after] ?? { run, place };
    STEPS[state * CLASSES + to] = (Math.round(1_000 * (WEIGHTS[kind][at] ?? 0)) << SHIFT) | (after * CLASSES);
  }
}

/** The state at the beginning: that after a line. */
export const START = stateOf('newline', 0) * CLASSES;

/** The class of each character below 128. */
export const ASCII = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 0x61 && code <= 0x7a) return LOWER;
  if (code >= 0x41 && code <= 0x5a) return UPPER;
  if (code >= 0x30 && code <= 0x39) return DIGIT;
  if (code === 0x20 || code === 0x09) return SPACE;
  return code === 0x0a || code === 0x0d ? NEWLINE : MARK;
});
