import type { Speech } from './speech.ts';

/** Replies that no decent server sends, as pieces: never so many bytes at once that the test itself needs much memory.
 *  @property ends  how they must end; both where it depends on the protocol. */
export type HostileReply = {
  readonly name: string;
  readonly pieces: (speech: Speech) => Iterable<string>;
  readonly ends?: RegExp;
};

function* repeat(times: number, piece: (number: number) => string): Iterable<string> {
  for (let number = 0; number < times; number += 1) yield piece(number);
}

function* joined(head: string, pieces: Iterable<string>, each = 1_000): Iterable<string> {
  let text = head;
  let count = 0;
  for (const piece of pieces) {
    text += piece;
    count += 1;
    if (count % each !== 0) continue;
    yield text;
    text = '';
  }
  yield text;
}

const DEPTH = 100_000;

export const HOSTILE: readonly HostileReply[] = [
  {
    name: 'an endless line',
    pieces: () => repeat(40_000, (number) => (number === 0 ? 'data: ' : 'x'.repeat(1_000))),
    ends: /too long/,
  },
  { name: 'an endless line of nothing', pieces: () => repeat(40_000, () => 'x'.repeat(1_000)) },
  {
    name: 'an endless event of many lines',
    pieces: () => repeat(40_000, () => `data: ${'x'.repeat(1_000)}\n`),
    ends: /too long/,
  },
  { name: 'an endless body', pieces: () => repeat(40_000, () => `{${' '.repeat(1_000)}`), ends: /too long/ },
  { name: 'a body of single bytes', pieces: () => repeat(300_000, (number) => (number === 0 ? '{' : ' ')) },
  { name: 'comments without end', pieces: () => repeat(50_000, () => ': still here\n\n') },
  {
    name: 'a text without end',
    pieces: ({ head, text }) =>
      joined(
        head,
        repeat(20_000, () => text('x'.repeat(1_000))),
      ),
    ends: /longer than 16 Mi characters/,
  },
  {
    name: 'arguments without end',
    pieces: ({ head, begin, call }) =>
      joined(
        head + begin(0),
        repeat(20_000, () => call(0, 'x'.repeat(1_000))),
      ),
    ends: /longer than 16 Mi characters/,
  },
  {
    name: 'arguments in many small pieces',
    pieces: ({ head, begin, call }) =>
      joined(
        `${head}${begin(0)}${call(0, '{"cmd":[')}`,
        repeat(150_000, (number) => call(0, `${number * 7919},`)),
      ),
  },
  {
    name: 'a text in many small pieces',
    pieces: ({ head, text }) =>
      joined(
        head,
        repeat(150_000, (number) => text(`${number * 7919} `)),
      ),
  },
  {
    name: 'a million calls',
    pieces: ({ head, begin }) => joined(head, repeat(1_000_000, begin)),
    ends: /more than 10000 parts/,
  },
  {
    name: 'calls that all stay open, a piece for each in turn',
    pieces: ({ head, begin, call }) =>
      joined(
        head + [...repeat(5_000, begin)].join(''),
        repeat(60_000, (number) => call(number % 5_000, '"')),
      ),
  },
  {
    name: 'arguments that look whole after each piece',
    pieces: ({ head, begin, call }) =>
      joined(
        head + begin(0) + begin(1) + call(0, '{"a":"'),
        repeat(100_000, () => call(0, '}')),
      ),
  },
  {
    name: 'white space without end',
    pieces: ({ head, text }) =>
      joined(
        head,
        repeat(100_000, () => text(' ')),
      ),
  },
  {
    name: 'numbers beyond all bounds',
    pieces: ({ head, begin, call }) => [head, begin(1e9), call(1e9, '{}'), begin(-1), call(-1, '{'), begin(1e308)],
  },
  {
    name: 'lists in lists in lists',
    pieces: ({ head, value }) => [head, value('['.repeat(DEPTH) + ']'.repeat(DEPTH))],
  },
  {
    name: 'objects in objects in objects',
    pieces: ({ head, value }) => [head, value(`${'{"error":'.repeat(DEPTH)}"x"${'}'.repeat(DEPTH)}`)],
  },
  {
    name: 'members named after the prototype',
    pieces: ({ head, value }) => [head, value('{"__proto__":{"polluted":1}}')],
  },
  { name: 'members that cannot be words', pieces: ({ head, value }) => [head, value('{"toString":1,"valueOf":1}')] },
  { name: 'a list of a million', pieces: ({ head, value }) => [head, value(`[${'{},'.repeat(1_000_000)}{}]`)] },
  {
    name: 'tags without end',
    pieces: ({ head, text }) =>
      joined(
        head,
        repeat(50_000, () => text('<think>')),
      ),
  },
  { name: 'an error page of tags', pieces: () => [`<html>${'<script'.repeat(9_000)}${'<'.repeat(60_000)}`] },
];
