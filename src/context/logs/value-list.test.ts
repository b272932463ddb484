import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dictionaryText, findDictionary } from './dictionary.ts';
import { framed } from './frame.ts';
import type { Values } from './miner.ts';
import { ranges } from './number-ranges.ts';
import { valueLists } from './value-list.ts';

const NONE = findDictionary([]);
const valuesOf = (...words: readonly string[]): Values => ({
  counts: new Map(words.map((word) => [word, 1])),
  beyond: 0,
});
const many = (count: number, word: (at: number) => string): Values =>
  valuesOf(...Array.from({ length: count }, (_, at) => word(at)));
const textsOf = (values: Values): readonly string[] => valueLists(values, NONE).map(({ text }) => text);

test('few values come with their numbers, the most frequent first', () => {
  const values: Values = {
    counts: new Map([
      ['guest', 1],
      ['root', 7],
    ]),
    beyond: 0,
  };
  assert.deepEqual(textsOf(values), ['root×7 guest']);
  assert.deepEqual(textsOf({ ...values, beyond: 3 }), ['root×7 guest +3 lines with others']);
});

test('whole numbers come as ranges, times from first to last', () => {
  assert.equal(ranges([5, 1, 2, 3, 9, 10]), '1..3 5 9 10');
  assert.deepEqual(textsOf(many(40, String)), ['0..39', '40 values from 0 to 39']);
  assert.deepEqual(textsOf(many(40, (at) => `10:00:${10 + at}`)), ['40 values from 10:00:10 to 10:00:49']);
});

test('long names can be told by their ends, and last by a few', () => {
  const [words, ends, few] = valueLists(
    many(40, (at) => `name-${100_000 + 7 * at}`),
    NONE,
  );
  assert.match(words?.text ?? '', /^name-100000 name-100007 /u);
  assert.match(ends?.text ?? '', /^name-100000 and by their last 6 characters: 100007 100014 /u);
  assert.deepEqual(few, { text: 'name-100000 name-100007 name-100014 +37 values', complete: false });
});

test('values that stand in several lists are told by numbers', () => {
  const one = many(20, (at) => `10.251.100.${100 + at}`);
  const other = many(18, (at) => `10.251.100.${102 + at}`);
  const dictionary = findDictionary([one, other]);
  assert.match(dictionaryText(dictionary), /^#1 10\.251\.100\.102 10\.251\.100\.103 .* #11 10\.251\.100\.112 /u);
  assert.equal(valueLists(other, dictionary)[0]?.text, '#1..18');
  assert.equal(valueLists(one, dictionary)[0]?.text, '#1..18 10.251.100.100 10.251.100.101');
});

test('what all values begin and end with goes into the pattern, in whole words; an address stays in one piece', () => {
  const template = {
    fixed: ['block ', ' at ', ''],
    values: [valuesOf('blk_-12:x', 'blk_13:x'), valuesOf('10.0.0.1', '10.0.0.2')],
    failure: false,
    lines: [],
    count: 2,
    first: 1,
    last: 2,
    from: undefined,
    to: undefined,
    messages: undefined,
  };
  const { fixed, values } = framed(template);
  assert.deepEqual(fixed, ['block blk_', ':x at ', '']);
  assert.deepEqual(
    values.map(({ counts }) => [...counts.keys()]),
    [
      ['-12', '13'],
      ['10.0.0.1', '10.0.0.2'],
    ],
  );
});
