import { plain } from './characters.ts';

/** @property fenced  a line of a code block, or one of the two that mark it. @property end  its line break, or nothing. */
export type Line = { readonly text: string; readonly end: string; readonly fenced: boolean };

const LINE = /([^\r\n]*)(\r\n|\n|\r|$)/gu;
/** As CommonMark has it: three or more of one mark, at most three spaces before. */
const OPENS = /^ {0,3}(`{3,}(?!.*`)|~{3,})/u;

/** A text's lines, and which of them are code. A block that is not closed goes on to the end. */
export function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let fence: string | undefined;
  for (const { 0: whole, 1: line = '', 2: end = '' } of text.matchAll(LINE)) {
    if (whole === '') break;
    // A mark that stands behind a character which is to be removed will be one afterwards.
    const seen = plain(line).text.trimEnd();
    if (fence === undefined) {
      fence = OPENS.exec(seen)?.[1];
      lines.push({ text: line, end, fenced: fence !== undefined });
    } else {
      lines.push({ text: line, end, fenced: true });
      if (closes(seen, fence)) fence = undefined;
    }
  }
  return lines;
}

function closes(line: string, fence: string): boolean {
  const mark = line.trimStart();
  return mark.length >= fence.length && line.length - mark.length <= 3 && mark === (fence[0] ?? '').repeat(mark.length);
}
