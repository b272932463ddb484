import { type Random, shuffled } from '../../src/statistics/random.ts';
import type { LogLine } from './loghub.ts';
import { isFailure } from './loghub.ts';
import { type Entry, filled, type List, type Reading, valuesOf } from './reader.ts';

/** @property answer  from the compressed text alone; undefined where it does not tell. */
export type Question = {
  readonly kind: 'count' | 'values' | 'time' | 'occurs' | 'component';
  readonly words: string;
  readonly truth: string;
  readonly answer: (reading: Reading) => string | undefined;
};

/** A kind of line as Loghub's people described it. */
type Event = {
  readonly id: string;
  readonly template: string;
  readonly pattern: RegExp;
  readonly lines: readonly LogLine[];
};

const MOST_VALUES = 20;
const OF_EACH_KIND = 60;

/** Questions that the log itself answers, of each kind as many, drawn by the seed. */
export function questionsOf(lines: readonly LogLine[], random: Random): readonly Question[] {
  const events = eventsOf(lines);
  const kinds: readonly (readonly Question[])[] = [
    events.map(countQuestion),
    events.flatMap(valueQuestions),
    events.flatMap(timeQuestions),
    occurrenceQuestions(lines, random),
    events.filter((event) => event.lines.some(isFailure)).flatMap(componentQuestions),
  ];
  return kinds.flatMap((questions) => shuffled(questions, random).slice(0, OF_EACH_KIND));
}

/** Events whose template says which lines are theirs, and no others. */
function eventsOf(lines: readonly LogLine[]): readonly Event[] {
  const byId = new Map<string, LogLine[]>();
  for (const line of lines) byId.set(line.event, [...(byId.get(line.event) ?? []), line]);
  return [...byId].flatMap(([id, own]) => {
    const template = own[0]?.template ?? '';
    const source = template
      .split('<*>')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&').replaceAll(/\s+/gu, String.raw`\s+`))
      .join('(.*?)');
    const pattern = new RegExp(`(?:^|[\\s:|\\]])${source}\\s*$`, 'u');
    const matching = lines.filter(({ raw }) => pattern.test(raw));
    return matching.length === own.length && own.every(({ raw }) => pattern.test(raw))
      ? [{ id, template, pattern, lines: own }]
      : [];
  });
}

/** The entries that tell of an event. */
function entriesOf(event: Event, reading: Reading): readonly Entry[] {
  return reading.entries.filter((entry) => event.pattern.test(filled(entry, reading)));
}

function countQuestion(event: Event): Question {
  return {
    kind: 'count',
    words: `How many lines say "${event.template}"?`,
    truth: String(event.lines.length),
    answer: (reading) => String(entriesOf(event, reading).reduce((sum, { count }) => sum + count, 0)),
  };
}

function valueQuestions(event: Event): readonly Question[] {
  const groups = event.template.split('<*>').length - 1;
  return Array.from({ length: groups }, (_, group) => group + 1).flatMap((group) => {
    const values = new Set(event.lines.map(({ raw }) => event.pattern.exec(raw)?.[group] ?? ''));
    if (values.size > MOST_VALUES || values.has('')) return [];
    return [
      {
        kind: 'values' as const,
        words: `Which values has part ${group} of "${event.template}"?`,
        truth: inOrder(values),
        answer: (reading: Reading) => valuesOfGroup(event, group, reading),
      },
    ];
  });
}

function valuesOfGroup(event: Event, group: number, reading: Reading): string | undefined {
  const values = new Set<string>();
  const inGroup = (line: string): string | undefined => event.pattern.exec(line)?.[group];
  for (const entry of entriesOf(event, reading)) {
    const first = inGroup(filled(entry, reading)) ?? '';
    values.add(first);
    for (const part of entry.parts) {
      const list = reading.lists.get(part);
      if (list === undefined) continue;
      const told = valuesOf(list);
      const found = new Set([...told].map((value) => inGroup(filled(entry, reading, new Map([[part, value]]))) ?? ''));
      // A part that stands elsewhere changes nothing here.
      if (found.size === 1 && found.has(first) && (told.size > 1 || !list.cut)) continue;
      if (!list.whole || list.shared) return undefined;
      for (const value of found) values.add(value);
    }
  }
  return inOrder(values);
}

function inOrder(values: ReadonlySet<string>): string {
  return [...values].sort().join('\n');
}

/** When an event came first, and when last. An answer is right if it is the time in that line, or the line itself. */
function timeQuestions(event: Event): readonly Question[] {
  const first = event.lines[0]?.raw ?? '';
  const last = event.lines.at(-1)?.raw ?? '';
  const check = (raw: string, line: string | undefined, time: string | undefined): string | undefined => {
    if (line === undefined) return undefined;
    return (time === undefined ? line === raw : raw.slice(0, 80).includes(time)) ? 'told' : 'another time';
  };
  return [
    {
      kind: 'time',
      words: `When did "${event.template}" come first?`,
      truth: 'told',
      answer: (reading) => {
        const [earliest] = entriesOf(event, reading);
        return check(first, earliest?.line, earliest?.from);
      },
    },
    {
      kind: 'time',
      words: `When did "${event.template}" come last?`,
      truth: 'told',
      answer: (reading) => {
        const [latest] = entriesOf(event, reading).toSorted((one, other) => (later(one, other) ? -1 : 1));
        return check(last, latest?.line, latest?.to);
      },
    },
  ];
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** By the numbers of their times; a line that stands for itself has its time at its beginning. Of two at the same time, the
 *  one that is told later. */
function later(one: Entry, other: Entry): boolean {
  const key = ({ line, to }: Entry): readonly number[] =>
    ((to ?? line.slice(0, 40)).match(/\d+|[A-Z][a-z]{2}(?= )/gu) ?? []).map((word) =>
      /\d/u.test(word) ? Number(word) : MONTHS.indexOf(word),
    );
  const [mine, theirs] = [key(one), key(other)];
  for (const [at, number] of mine.entries()) {
    const difference = number - (theirs[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

const IDS_ASKED = 30;

/** Names and numbers of machines that came, and as many that did not. */
function occurrenceQuestions(lines: readonly LogLine[], random: Random): readonly Question[] {
  const words = new Set(
    lines
      .flatMap(({ content }) => content.match(/[\w.-]*\d[\w.-]*/gu) ?? [])
      .filter((word) => word.length >= 5 && !/^[.-]|[.-]$/u.test(word)),
  );
  const text = lines.map(({ raw }) => raw).join('\n');
  const there = shuffled([...words], random).slice(0, IDS_ASKED);
  const absent = there
    .map((word) => word.replaceAll(/\d/gu, () => String(Math.floor(random() * 10))))
    .filter((word) => !text.includes(word));
  const ask = (word: string, truth: string): Question => ({
    kind: 'occurs',
    words: `Does ${word} occur in a message?`,
    truth,
    answer: (reading) => occurs(word, reading),
  });
  return [...there.map((word) => ask(word, 'yes')), ...absent.map((word) => ask(word, 'no'))];
}

function occurs(word: string, reading: Reading): string | undefined {
  if (reading.text.includes(word)) return 'yes';
  const lists = [...reading.lists.values()];
  const number = /^\d{1,15}$/u.test(word) ? Number(word) : undefined;
  if (number !== undefined && lists.some(({ spans }) => spans.some(([from, to]) => number >= from && number <= to)))
    return 'yes';
  if (lists.some(({ ends }) => ends.has(word.slice(-6)))) return 'yes';
  if (reading.entries.some((entry) => entry.parts.some((part) => stands(word, entry, part, reading)))) return 'yes';
  // A list that was cut may have held it; what patterns share stands before their messages.
  return lists.some((list) => list.cut && !list.shared && mightBe(word, list)) ? undefined : 'no';
}

/** Does a word stand in a pattern with one of the values of its part? */
function stands(word: string, entry: Entry, part: string, reading: Reading): boolean {
  const list = reading.lists.get(part);
  const at = entry.line.indexOf(part);
  const [before, after] = [
    entry.line.slice(Math.max(0, at - 40), at),
    entry.line.slice(at + part.length, at + part.length + 40),
  ];
  if (list === undefined) return false;
  const numbers = (word.match(/\d+/gu) ?? []).filter((number) =>
    list.spans.some(([from, to]) => Number(number) >= from && Number(number) <= to),
  );
  return [...list.values, ...numbers].some((value) => `${before}${value}${after}`.includes(word));
}

/** Could a word be one of the values of a list that shows only a few, or only the least and the most? By its form:
 *  letters, digits and marks alike; or by its size. */
function mightBe(word: string, { values, extent }: List): boolean {
  const form = (text: string): string => text.replaceAll(/[\da-f]+/gu, '0').replaceAll(/[a-z]+/giu, 'a');
  const [least = Number.NaN, most = Number.NaN] = extent ? [...values].map(Number) : [];
  if (!Number.isNaN(least)) return Number(word) >= least && Number(word) <= most;
  return [...values].some((value) => form(value) === form(word) || form(value).includes(form(word)));
}

function componentQuestions(event: Event): readonly Question[] {
  const component = event.lines[0]?.component ?? '';
  if (component === '') return [];
  return [
    {
      kind: 'component',
      words: `Which component said "${event.template}"?`,
      truth: 'told',
      answer: (reading) => {
        const [first] = entriesOf(event, reading);
        if (first === undefined) return undefined;
        return filled(first, reading).includes(component) ? 'told' : 'another';
      },
    },
  ];
}
