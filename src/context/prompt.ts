import { plain, type Removal } from './prompt/characters.ts';
import { type Line, linesOf } from './prompt/lines.ts';
import { withoutRepeats } from './prompt/repeated.ts';

export type { Removal } from './prompt/characters.ts';

/** @property removed  what was taken out, by kind; together as many characters as the text became shorter. */
export type CleanPrompt = { readonly text: string; readonly removed: readonly Removal[] };

/** A prompt without what tells a model nothing: escapes and control characters, spaces at the ends of lines and twice
 *  between words, empty lines, a block that was pasted twice. Code blocks stay as they are, byte by byte, and so does
 *  every line's indentation. Cleaning what is clean changes nothing. */
export function cleanPrompt(prompt: string): CleanPrompt {
  const told = new Map<string, { count: number; characters: number }>();
  const tell = (removed: readonly Removal[]): void => {
    for (const { what, count, characters } of removed) {
      const sum = told.get(what) ?? { count: 0, characters: 0 };
      told.set(what, { count: sum.count + count, characters: sum.characters + characters });
    }
  };
  let text = prompt;
  for (let before: string | undefined; text !== before; ) {
    before = text;
    const lines = withoutEmptyLines(
      linesOf(text).map((line) => (line.fenced ? line : cleanLine(line, tell))),
      tell,
    );
    const whole = textOf(lines);
    const { lines: unique, blocks } = withoutRepeats(lines);
    text = textOf(unique);
    if (blocks > 0) tell([{ what: 'repeated blocks', count: blocks, characters: whole.length - text.length }]);
  }
  return { text, removed: [...told].map(([what, sum]) => ({ what, ...sum })) };
}

type Tell = (removed: readonly Removal[]) => void;

function cleanLine({ text: raw, end: rawEnd }: Line, tell: Tell): Line {
  const { text: characters, removed } = plain(raw);
  tell(removed);
  const trimmed = characters.trimEnd();
  if (trimmed !== characters) tell([shorter('spaces at line ends', 1, characters, trimmed)]);
  const text = withSingleSpaces(trimmed, tell);
  const end = rawEnd === '' ? '' : '\n';
  if (end !== rawEnd) tell([shorter('line breaks of other systems', 1, rawEnd, end)]);
  return { text, end, fenced: false };
}

/** Two or more spaces between words of a sentence. */
const WIDE = /(?<=[\p{L},.;:!?)]) {2,}(?=[\p{L}(])/gu;
/** Columns, code and what is quoted keep their spaces. */
const LAID_OUT = /^\s|[\t|`"'=<>{}[\]\\]/u;
const MOST_IN_PROSE = 2;
const LEAST_WORDS = 5;

function withSingleSpaces(text: string, tell: Tell): string {
  if (!text.includes('  ') || LAID_OUT.test(text)) return text;
  const count = [...text.matchAll(WIDE)].length;
  if (count === 0 || count > MOST_IN_PROSE || text.split(/ +/u).length < LEAST_WORDS) return text;
  const single = text.replace(WIDE, ' ');
  tell([shorter('spaces between words', count, text, single)]);
  return single;
}

/** One empty line at most, and none at either end. */
function withoutEmptyLines(lines: readonly Line[], tell: Tell): readonly Line[] {
  const isEmpty = (line: Line | undefined): boolean => line !== undefined && !line.fenced && line.text === '';
  const last = lines.findLastIndex((line) => !isEmpty(line));
  const kept = lines.filter(
    (line, index) => !isEmpty(line) || (index > 0 && index < last && !isEmpty(lines[index - 1])),
  );
  if (kept.length < lines.length) {
    tell([shorter('empty lines', lines.length - kept.length, textOf(lines), textOf(kept))]);
  }
  return kept;
}

function shorter(what: string, count: number, before: string, after: string): Removal {
  return { what, count, characters: before.length - after.length };
}

function textOf(lines: readonly Line[]): string {
  return lines.map(({ text, end }) => text + end).join('');
}
