import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockTime, duration, money, plural, pricePerMillion, tokens } from './format.ts';

test('token counts', () => {
  assert.deepEqual([undefined, 0, 9_999, 128_000, 1_050_000, 12_345_678].map(tokens), [
    '-',
    '0',
    '9999',
    '128k',
    '1.1M',
    '12M',
  ]);
});

test('durations', () => {
  assert.deepEqual([undefined, 0.4, 999, 1_500, 61_000, 3_700_000].map(duration), [
    '-',
    '0 ms',
    '999 ms',
    '1.5 s',
    '1 min 1 s',
    '1 h 1 min',
  ]);
});

test('what is unpriced is not free', () => {
  assert.deepEqual([undefined, 0, 12_000, 123_400_000, 2_500_000_000].map(money), [
    'unpriced',
    '$0',
    '$0.000012',
    '$0.1234',
    '$2.50',
  ]);
});

test('prices per million, local times, nouns', () => {
  assert.equal(pricePerMillion(140), '$0.14');
  assert.match(clockTime(0), /^19(69|70)-\d\d-\d\d \d\d:\d\d:00$/);
  assert.deepEqual([plural(1, 'model'), plural(2, 'model')], ['1 model', '2 models']);
});
