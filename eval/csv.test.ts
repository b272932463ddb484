import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCsv } from './csv.ts';

test('fields may hold commas, quotes and line ends', () => {
  assert.deepEqual(readCsv('a,b\r\n1,"x, ""y""\nz"\n,\n'), [
    { a: '1', b: 'x, "y"\nz' },
    { a: '', b: '' },
  ]);
  assert.deepEqual(readCsv('a,b\n1,2'), [{ a: '1', b: '2' }]);
});
