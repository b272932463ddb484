import type { Line } from './lines.ts';

/** A block that is shorter, in characters, is no paste. */
const LEAST_CHARACTERS = 200;
const LEAST_LINES = 3;

/** Lines that came before as they are, in the same order, give way to one line that says so. Code blocks stay.
 *  @property blocks  how many were replaced. */
export function withoutRepeats(lines: readonly Line[]): { readonly lines: readonly Line[]; readonly blocks: number } {
  const kept: Line[] = [];
  /** By the text of three lines: where they stood first. */
  const seen = new Map<string, number>();
  let blocks = 0;
  for (let at = 0; at < lines.length; ) {
    const first = seen.get(keyAt(lines, at));
    const length = first === undefined ? 0 : sameLines(lines, first, at);
    if (length >= LEAST_LINES && characters(lines, at, length) >= LEAST_CHARACTERS) {
      const end = lines[at + length - 1]?.end ?? '';
      kept.push({ text: `[${length} lines as above, once more]`, end, fenced: false });
      blocks += 1;
      at += length;
      continue;
    }
    const key = keyAt(lines, at);
    if (!seen.has(key)) seen.set(key, at);
    const line = lines[at];
    if (line !== undefined) kept.push(line);
    at += 1;
  }
  return { lines: kept, blocks };
}

function keyAt(lines: readonly Line[], at: number): string {
  return JSON.stringify(lines.slice(at, at + LEAST_LINES).map(({ text }) => text));
}

/** @returns how many lines from `at` on are those from `first` on, before the second block begins. */
function sameLines(lines: readonly Line[], first: number, at: number): number {
  let length = 0;
  while (first + length < at && isSame(lines[first + length], lines[at + length])) length += 1;
  return length;
}

function isSame(one: Line | undefined, other: Line | undefined): boolean {
  return one !== undefined && other !== undefined && !one.fenced && !other.fenced && one.text === other.text;
}

function characters(lines: readonly Line[], at: number, length: number): number {
  return lines.slice(at, at + length).reduce((sum, { text, end }) => sum + text.length + end.length, 0);
}
