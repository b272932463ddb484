import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { compressText } from './compress.ts';
import { tellsOfFailure } from './failure-words.ts';

const two = (value: number): string => String(value).padStart(2, '0');
const time = (second: number): string =>
  `2024-08-27 ${two(6 + Math.floor(second / 3_600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)},${100 + (second % 900)}`;

const message = fc.oneof(
  fc.nat(400).map((task) => `INFO [worker-${task % 4}] Task ${task} finished in ${task * 3} ms`),
  fc.nat(9).map((host) => `WARN [pool] connection to 10.0.0.${host}:5432 refused`),
  fc.nat(30).map((at) => `ERROR [main] no file left at store.py:${at}`),
  fc.constantFrom(
    'user ann logged in',
    'user ben logged in',
    'user cem logged in',
    'user dan logged in',
    'user eve left',
  ),
  fc.constantFrom(
    'boom\nTraceback (most recent call last):\n  File "a.py", line 3, in run\n    go()\nValueError: 7',
    'boom\n\tat com.example.Pool.take(Pool.java:12)\n\tat com.example.Main.main(Main.java:4)',
  ),
  fc.string({ unit: 'grapheme-ascii', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
);
const logs = fc
  .array(message, { minLength: 30, maxLength: 300 })
  .map((messages) => messages.map((words, second) => `${time(second)} ${words}`).join('\n'));

test('what is short, or nothing that repeats, stays as it is', () => {
  for (const text of ['', 'ok\n', 'A sentence about something else than logs. '.repeat(40)]) {
    const { text: after, savedCharacters } = compressText(text);
    assert.equal(after, text);
    assert.equal(savedCharacters, 0);
  }
});

test('a log is told by its patterns, its failures word by word', () => {
  const lines = Array.from({ length: 400 }, (_, second) =>
    second === 123
      ? `${time(second)} ERROR [main] store.py:30 no space left`
      : `${time(second)} INFO [worker-${second % 4}] Task ${second} finished`,
  );
  const { text, kind, savedCharacters } = compressText(lines.join('\n'));
  assert.equal(kind, 'log');
  assert.equal(savedCharacters, lines.join('\n').length - text.length);
  assert.deepEqual(text.split('\n').slice(1), [
    '×399 06:00:00,100..06:06:39,499 | <time> INFO [<1>] Task <2> finished',
    ' <1> worker-0×100 worker-1×100 worker-2×100 worker-3×99',
    ' <2> 0..122 124..399',
    '2024-08-27 06:02:03,223 ERROR [main] store.py:30 no space left',
    '',
  ]);
});

test('stack traces that come again are told once', () => {
  const trace =
    '\tat com.example.Pool.take(Pool.java:12)\n\tat com.example.Main.main(Main.java:4)\nCaused by: java.io.IOException: 7';
  const log = Array.from(
    { length: 50 },
    (_, second) => `${time(second)} ERROR request ${second} failed\n${trace}`,
  ).join('\n');
  const { text } = compressText(log);
  assert.equal(text.split('Pool.java:12').length, 2);
  assert.match(text, /×50 L2\.\.200 \| the same each time:\n\tat com/u);
});

test('never longer, in characters or tokens; the same for the same; and once is enough', () => {
  fc.assert(
    fc.property(logs, (log) => {
      const { text } = compressText(log);
      assert.ok(text.length <= log.length);
      const tokens = (words: string): number => countTokens(words, { disallowedSpecial: new Set() });
      assert.ok(tokens(text) <= tokens(log));
      assert.equal(compressText(log).text, text);
      assert.equal(compressText(text).text, text);
    }),
    { numRuns: 150 },
  );
});

test('of lines that tell of a failure, each kind is there, word by word', () => {
  const shape = (line: string): string => line.replace(/\S*\d\S*/gu, '#');
  fc.assert(
    fc.property(logs, (log) => {
      const kept = new Set(
        compressText(log)
          .text.split('\n')
          .map((line) => shape(line.replace(/ \[×\d+\]$/u, ''))),
      );
      for (const line of log.split('\n')) {
        if (tellsOfFailure(line) && line.length < 400) assert.ok(kept.has(shape(line.replace(/\r$/u, ''))), line);
      }
    }),
    { numRuns: 150 },
  );
});

test('lines that came once or twice are there, word by word', () => {
  fc.assert(
    fc.property(logs, fc.stringMatching(/^[a-z]{4,9} [a-z]{12} [a-z]{3,9}$/u), (log, words) => {
      const [first, ...rest] = log.split('\n');
      const rare = `${time(1)} INFO ${words}`;
      const { text } = compressText([first, rare, ...rest, rare].join('\n'));
      assert.ok(text.split('\n').includes(rare));
    }),
    { numRuns: 100 },
  );
});

/** Another word for each number. */
function letters(number: number): string {
  return [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
}

test('hostile input takes a time that grows with its length', () => {
  const began = performance.now();
  const long = 'x7'.repeat(50_000);
  const texts = [
    Array.from({ length: 30 }, () => long).join('\n'),
    `${time(1)} ${long}\n`.repeat(30),
    'a\n'.repeat(500_000),
    `${time(1)} a\n`.repeat(60_000),
    Array.from(
      { length: 60_000 },
      (_, at) => `${time(at)} ${'abcdefghij'[at % 10]}${at.toString(36).replace(/\d/gu, 'q')} went`,
    ).join('\n'),
    `${time(1)} ${'1 '.repeat(1_000)}\n`.repeat(400),
    `\tat a.b(c.java:1)\n`.repeat(80_000),
    Array.from({ length: 60_000 }, (_, at) => `${time(at)} ${letters(at)} ${letters(at * 7)} ${letters(at * 13)}`).join(
      '\n',
    ),
    `${'['.repeat(100_000)}\n`.repeat(10),
    '{"a":'.repeat(200_000),
  ];
  for (const text of texts) compressText(text);
  const ms = performance.now() - began;
  assert.ok(ms < 20_000, `${ms} ms`);
});
