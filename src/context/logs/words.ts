/** A line as words and what stands between them, read once, character by character: words with a digit in them are what
 *  changes from line to line; the rest is hashed. */

const WORD = 0;
const DIGIT = 1;
const BREAK = 2;

const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code);
  if (letter >= '0' && letter <= '9') return DIGIT;
  return ' \t,;:=()[]{}"\'|<>/@#&?%*!\\'.includes(letter) ? BREAK : WORD;
});

const COLON = 0x3a;
const COMMA = 0x2c;
const DOT = 0x2e;
const SPACE = 0x20;
/** How far from the line's beginning, or its time, numbers stand in columns. */
const COLUMNS = 16;

/** Changing parts of one line; the last takes all that follows. */
export const MOST_PARTS = 48;

/** What one line's shape is. `spans` is used again for the next line.
 *  @property key    the same for all lines that differ in their changing parts only.
 *  @property spans  where the changing parts begin and end, in turn. @property parts  how many. */
export type Shape = { key: number; readonly spans: Int32Array; parts: number };

export function createShape(): Shape {
  return { key: 0, spans: new Int32Array(2 * MOST_PARTS), parts: 0 };
}

const FIRST = 0x811c9dc5 | 0;
const SECOND = 0x9e3779b9 | 0;

/** Reads the line between two places of a text.
 *  @param timeFrom, timeTo  where its time stands, which belongs to no shape; both the line's beginning where there is none. */
export function readShape(
  shape: Shape,
  text: string,
  from: number,
  to: number,
  timeFrom: number,
  timeTo: number,
): void {
  const { spans } = shape;
  let one = FIRST;
  let two = SECOND;
  let parts = 0;
  let at = from;
  let body = from;
  while (at < to) {
    if (at === timeFrom && timeTo > timeFrom) {
      one = Math.imul(one ^ 0x1f1, 0x01000193);
      two = (Math.imul(two, 0x2c1b3c6d) + 0x1f1) | 0;
      at = timeTo;
      body = timeTo;
      continue;
    }
    let code = text.charCodeAt(at);
    let kind = code < 128 ? CLASSES[code] : WORD;
    if (kind === BREAK) {
      // Columns at the beginning are filled with spaces, as many as the number leaves.
      if (code === SPACE && at > from && text.charCodeAt(at - 1) === SPACE && at - body < COLUMNS) {
        at += 1;
        continue;
      }
      one = Math.imul(one ^ code, 0x01000193);
      two = (Math.imul(two, 0x2c1b3c6d) + code) | 0;
      at += 1;
      continue;
    }
    const start = at;
    let changes = false;
    let dotted = false;
    let wordOne = FIRST;
    let wordTwo = SECOND;
    for (;;) {
      if (kind === DIGIT) changes = true;
      else if (code === DOT) dotted = true;
      wordOne = Math.imul(wordOne ^ code, 0x01000193);
      wordTwo = (Math.imul(wordTwo, 0x2c1b3c6d) + code) | 0;
      at += 1;
      if (at >= to || at === timeFrom) break;
      const before = kind;
      code = text.charCodeAt(at);
      kind = code < 128 ? CLASSES[code] : WORD;
      if (kind !== BREAK) continue;
      // 16:15:08 and 1,024 are one word each; 10.0.0.1:8080 are an address and a port.
      if (before !== DIGIT || (code !== COMMA && (code !== COLON || dotted)) || !isDigit(text, at + 1, to)) break;
    }
    if (changes && !pointsIntoFile(text, start, from)) {
      if (parts === MOST_PARTS - 1) at = to;
      spans[2 * parts] = start;
      spans[2 * parts + 1] = at;
      parts += 1;
      one = Math.imul(one ^ 0x2f2, 0x01000193);
      two = (Math.imul(two, 0x2c1b3c6d) + 0x2f2) | 0;
    } else {
      one = Math.imul(one ^ wordOne, 0x01000193);
      two = (Math.imul(two, 0x2c1b3c6d) + wordTwo) | 0;
    }
  }
  shape.parts = parts;
  shape.key = (one >>> 0) * 0x200000 + (two >>> 11);
}

function isDigit(text: string, at: number, to: number): boolean {
  if (at >= to) return false;
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

const SOURCES = new Set(
  'c cc cpp cs cxx dart ex exs go h hpp hs java jl js jsx kt lua m mjs ml php pl py pyx rb rs scala sh sql swift ts tsx vue'.split(
    ' ',
  ),
);

/** Is the number here that of a line in a source file, as in `pool.go:12`? Such a place is a name, not a value. */
function pointsIntoFile(text: string, start: number, from: number): boolean {
  if (start - from < 3 || text.charCodeAt(start - 1) !== COLON) return false;
  for (let at = start - 2; at >= from && at > start - 8; at -= 1) {
    if (text[at] === '.') return SOURCES.has(text.slice(at + 1, start - 1));
  }
  return false;
}
