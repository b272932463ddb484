/** Reads a compressed log as its header says it is to be read, and knows nothing else of it. */

/** @property line    word by word; of a pattern, with a mark in the place of each part. @property parts  those marks.
 *  @property from, to  its times, of a pattern. */
export type Entry = {
  readonly line: string;
  readonly count: number;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly parts: readonly string[];
};

/** @property values  as listed, one at least. @property cut, extent  some are not told; only the least and the most are. @property whole  are they all there, word by word? @property shared  listed
 *  for several patterns together. @property ends  the last characters of those that are not written out.
 *  @property spans  numbers from one to the other, all of which came. */
export type List = {
  readonly values: ReadonlySet<string>;
  readonly spans: readonly (readonly [number, number])[];
  readonly ends: ReadonlySet<string>;
  readonly whole: boolean;
  readonly cut: boolean;
  readonly extent: boolean;
  readonly shared: boolean;
};

export type Reading = {
  readonly entries: readonly Entry[];
  readonly lists: ReadonlyMap<string, List>;
  readonly text: string;
};

const DICTIONARY = '[Values by number] ';
const SHARED = '[Parts that several patterns share]';

export function readCompressed(text: string): Reading {
  const entries: Entry[] = [];
  const lists = new Map<string, List>();
  const [header = '', ...lines] = text.split('\n');
  const common = /between these times after "(.*?)" \(L/u.exec(header)?.[1] ?? '';
  const dictionary = (lines.findLast((line) => line.startsWith(DICTIONARY)) ?? '')
    .slice(DICTIONARY.length)
    .split(' ')
    .filter((word) => !/^#\d+$/u.test(word));
  const shared = new Map<string, string>();
  let named = new Map<string, string>();
  let marks = 0;
  let inShared = false;
  const plain = (line: string, count: number, from?: string, to?: string): void =>
    void entries.push({ line, count, from, to, parts: [] });
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '' || line.startsWith(DICTIONARY)) continue;
    if (line === SHARED) {
      inShared = true;
      continue;
    }
    const listed = /^ <(\w+)> (.*)$/u.exec(line);
    if (listed !== null) {
      const mark = (inShared ? shared : named).get(listed[1] ?? '');
      const same = lists.get(named.get(/^as <(\d+)>$/u.exec(listed[2] ?? '')?.[1] ?? '') ?? '');
      if (mark !== undefined && same !== undefined) {
        lists.set(mark, same);
        continue;
      }
      if (mark !== undefined) lists.set(mark, readList(listed[2] ?? '', inShared, dictionary));
      continue;
    }
    const again = /^\[×(\d+)\]$/u.exec(line);
    const last = entries.at(-1);
    if (again !== null && last !== undefined) {
      entries.splice(-1, 1, { ...last, count: Number(again[1]) });
      continue;
    }
    const head = /^×(\d+) (?:L\d+\.\.\d+|(.*?)) \| (.*)$/u.exec(line);
    if (head === null) {
      plain(line, 1);
      continue;
    }
    const count = Number(head[1]);
    const [from, to] = readTimes(head[2] ?? '', common);
    const tail = head[3] ?? '';
    if (tail === 'but for the time:' || tail === 'the same each time:') {
      at += 1;
      plain(lines[at] ?? '', count, from, to);
      continue;
    }
    const messages = /^(\d+) messages, each once:$/u.exec(tail);
    if (messages !== null) {
      for (let left = Number(messages[1]); left > 0; left -= 1) {
        at += 1;
        const [, words = '', times = '1'] = /^(.*?)(?: \[×(\d+)\])?$/u.exec(lines[at] ?? '') ?? [];
        plain(words, Number(times), from, to);
      }
      continue;
    }
    let pattern = tail;
    if (tail === 'such as:') {
      at += 2;
      pattern = (lines[at] ?? '').slice(2);
    }
    named = new Map();
    const parts: string[] = [];
    const marked = pattern.replaceAll(/<(\d+|[A-Z]\d*)>/gu, (_, name: string) => {
      const table = /^\d/u.test(name) ? named : shared;
      const known = table.get(name);
      const mark = known ?? `\ue000${marks}\ue001`;
      if (known === undefined) marks += 1;
      table.set(name, mark);
      parts.push(mark);
      return mark;
    });
    entries.push({ line: marked.replace('<time>', from ?? ''), count, from, to, parts });
  }
  return { entries, lists, text };
}

/** `a..b`, where b begins with what it does not share with a. */
function readTimes(times: string, common: string): readonly [string | undefined, string | undefined] {
  const [from, to] = times.split('..');
  if (from === undefined || from === '') return [undefined, undefined];
  if (to === undefined) return [common + from, common + from];
  const kept = from.split(' ').length - to.split(' ').length;
  return [common + from, common + [...from.split(' ').slice(0, kept), to].join(' ')];
}

function readList(text: string, shared: boolean, dictionary: readonly string[]): List {
  const none = {
    values: new Set<string>(),
    spans: [],
    ends: new Set<string>(),
    whole: false,
    cut: true,
    extent: false,
    shared,
  };
  const extent = /^\d+ values from (.*) to (.*)$/u.exec(text);
  if (extent !== null) return { ...none, extent: true, values: new Set(extent.slice(1)) };
  const cut = / \+\d+ (?:values|lines with others)/u.test(text);
  const [told = '', ends] = text
    .replace(/ \+\d+ (?:values|lines with others).*$/u, '')
    .split(' and by their last 6 characters: ');
  const values = new Set<string>();
  const spans: (readonly [number, number])[] = [];
  for (const word of told.split(' ')) {
    const [, hash = '', first = '', last] = /^(#?)(\d+)(?:\.\.(\d+))?(?:×\d+)?$/u.exec(word) ?? [];
    if (hash === '#') {
      for (let number = Number(first); number <= Number(last ?? first); number += 1)
        values.add(dictionary[number - 1] ?? '');
    } else if (last !== undefined) spans.push([Number(first), Number(last)]);
    else values.add(word.replace(/×\d+$/u, ''));
  }
  if (values.size === 0) values.add(String(spans[0]?.[0] ?? ''));
  return {
    values,
    spans,
    ends: new Set(ends?.split(' ')),
    whole: !cut && ends === undefined,
    cut,
    extent: false,
    shared,
  };
}

/** The values of a list, as far as it tells them. */
export function valuesOf({ values, spans }: List): ReadonlySet<string> {
  const all = new Set(values);
  for (const [from, to] of spans) for (let value = from; value <= to; value += 1) all.add(String(value));
  return all;
}

/** An entry's line as it may have been: with the first of the values in each place, or with those that are given. */
export function filled(
  { line, parts }: Entry,
  { lists }: Reading,
  given: ReadonlyMap<string, string> = new Map(),
): string {
  let text = line;
  for (const part of parts) {
    const [first = '0'] = lists.get(part)?.values ?? [];
    text = text.replace(part, () => given.get(part) ?? first);
  }
  return text;
}
