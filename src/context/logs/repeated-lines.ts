/** Blocks that are shorter are not worth the line that would stand for them. */
const LEAST_LINES = 5;
const LEAST_CHARACTERS = 200;
/** Of the first line of a block, so many characters are quoted. */
const QUOTED = 40;

/** Lines that came before as they are, in the same order, give way to a line that says so: stack traces, listings of source
 *  code, warnings. */
export function foldRepeats(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  /** By the text of a few lines: where they stood first. */
  const seen = new Map<string, number>();
  for (let at = 0; at < lines.length; ) {
    const key = lines.slice(at, at + LEAST_LINES).join('\n');
    const first = seen.get(key);
    const length = first === undefined ? 0 : sameLines(lines, first, at);
    if (length >= LEAST_LINES && characters(lines, at, length) >= LEAST_CHARACTERS) {
      kept.push(`[${length} lines as above, from "${quoted(lines, at)}"]`);
      at += length;
      continue;
    }
    if (first === undefined) seen.set(key, at);
    kept.push(lines[at] ?? '');
    at += 1;
  }
  return kept;
}

function sameLines(lines: readonly string[], first: number, at: number): number {
  let length = 0;
  while (first + length < at && at + length < lines.length && lines[first + length] === lines[at + length]) length += 1;
  return length;
}

function characters(lines: readonly string[], at: number, length: number): number {
  let sum = 0;
  for (let line = at; line < at + length && sum < LEAST_CHARACTERS; line += 1) sum += (lines[line]?.length ?? 0) + 1;
  return sum;
}

function quoted(lines: readonly string[], at: number): string {
  const first = lines.slice(at).find((line) => line.trim() !== '') ?? '';
  return first.trim().slice(0, QUOTED);
}
