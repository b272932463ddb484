import { stripVTControlCharacters } from 'node:util';

/** @property right  numbers stand right-aligned. */
export type Column = { readonly title: string; readonly right?: boolean };

/** Rows under their titles, as wide as they need; the last column is cut where the terminal ends.
 *  @param columns  width of the terminal; nothing is cut without one. */
export function table(head: readonly Column[], rows: readonly (readonly string[])[], width?: number): string {
  const all = [head.map((column) => column.title), ...rows];
  const widths = head.map((_, index) => Math.max(...all.map((row) => widthOf(row[index] ?? ''))));
  const lines = all.map((row) => {
    const cells = head.map((column, index) => pad(row[index] ?? '', widths[index] ?? 0, column.right === true));
    return cut(cells.join('  ').trimEnd(), width);
  });
  return `${lines.join('\n')}\n`;
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** A styled line is left whole: cutting it could lose the sign that ends its colour. */
function cut(text: string, width: number | undefined): string {
  if (width === undefined || widthOf(text) <= width || stripVTControlCharacters(text) !== text) return text;
  return `${text.slice(0, Math.max(1, width - 1))}…`;
}
