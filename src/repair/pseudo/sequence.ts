/** One element of a text. @property inside  between what opens and what closes it. */
export type Element = { readonly opened: RegExpExecArray; readonly inside: string };

/** @property open   how one begins; sticky. @property close  what ends it: the first that follows. */
export type ElementRule = { readonly open: RegExp; readonly close: (opened: RegExpExecArray) => string };

/** The elements of a text one after the other, with nothing but white space between them. It is read once and given up at
 *  the first thing that does not fit, so that no text is too long for it. @returns undefined where it does not fit. */
export function elementsOf(text: string, rules: readonly ElementRule[]): readonly Element[] | undefined {
  const found: Element[] = [];
  let at = behindSpace(text, 0);
  while (at < text.length) {
    const element = elementAt(text, at, rules);
    if (element === undefined) return undefined;
    found.push(element);
    at = behindSpace(text, element.end);
  }
  return found;
}

function elementAt(text: string, at: number, rules: readonly ElementRule[]): (Element & { end: number }) | undefined {
  for (const { open, close } of rules) {
    open.lastIndex = at;
    const opened = open.exec(text);
    if (opened === null) continue;
    const closing = close(opened);
    const stop = text.indexOf(closing, open.lastIndex);
    if (stop !== -1) return { opened, inside: text.slice(open.lastIndex, stop), end: stop + closing.length };
  }
  return undefined;
}

function behindSpace(text: string, from: number): number {
  SPACE.lastIndex = from;
  return from + (SPACE.exec(text)?.[0].length ?? 0);
}

const SPACE = /\s*/y;
