import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../ir/json.ts';
import { fitParameters } from './fit-schema.ts';

const RULES = { dropKeywords: [] };

/** Each definition holds the next one twice. */
function doubling(definitions: number): JsonObject {
  const next = (at: number): JsonObject => (at < definitions ? { $ref: `#/$defs/d${at}` } : { type: 'string' });
  const $defs = Object.fromEntries(
    Array.from({ length: definitions }, (_, at) => [
      `d${at}`,
      { type: 'object', properties: { one: next(at + 1), other: next(at + 1) } },
    ]),
  );
  return { type: 'object', properties: { first: next(0) }, $defs };
}

test('definitions that double with every step end in an object of any form, and it is told', () => {
  const { schema, changes } = fitParameters(doubling(23), RULES);
  assert.ok(JSON.stringify(schema).length < 4_000_000);
  assert.match(changes.join('\n'), /definitions are too many/);
  const small = fitParameters(doubling(5), RULES);
  assert.deepEqual(small.changes, []);
  assert.equal(JSON.stringify(small.schema).match(/"type":"string"/g)?.length, 32);
});

test('a type that only an object of JavaScript knows is a type like any other', () => {
  const { changes } = fitParameters(
    { type: 'object', properties: { odd: { type: 'constructor', format: 'date' } } },
    RULES,
  );
  assert.deepEqual(changes, ['The provider refuses the format "date".']);
});
