import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../ir/json.ts';
import { toolParameters } from './tool-schema.ts';

const EMPTY = { type: 'object', properties: {} };

const CASES: readonly (readonly [string, JsonObject | null, readonly string[], JsonObject, number])[] = [
  ['null', null, [], EMPTY, 0],
  ['nothing', {}, [], EMPTY, 0],
  ['type null', { type: null, description: 'd' }, [], { ...EMPTY, description: 'd' }, 0],
  ['no properties', { type: 'object', additionalProperties: false }, [], { ...EMPTY, additionalProperties: false }, 0],
  [
    'a union at the top',
    {
      oneOf: [
        { properties: { a: { type: 'string' }, b: {} }, required: ['a', 'b'] },
        { properties: { a: { type: 'number' }, c: {} }, required: ['a'] },
      ],
    },
    [],
    { type: 'object', properties: { a: { type: 'string' }, b: {}, c: {} }, required: ['a'] },
    1,
  ],
  [
    'allOf at the top',
    { type: 'object', properties: { x: {} }, required: ['x'], allOf: [{ properties: { y: {} }, required: ['y'] }] },
    [],
    { type: 'object', properties: { x: {}, y: {} }, required: ['x', 'y'] },
    1,
  ],
  [
    'keywords, but not the properties that bear their name, nor data',
    {
      type: 'object',
      $comment: 'out',
      properties: {
        pattern: { type: 'string', pattern: '^a$' },
        list: { type: 'array', items: { anyOf: [{ type: 'string', format: 'uri' }] } },
        kind: { enum: [{ format: 'data' }], default: { pattern: 'data' } },
      },
      $defs: { format: { type: 'string', format: 'date' } },
      required: ['pattern'],
    },
    ['pattern', 'format', '$comment'],
    {
      type: 'object',
      properties: {
        pattern: { type: 'string' },
        list: { type: 'array', items: { anyOf: [{ type: 'string' }] } },
        kind: { enum: [{ format: 'data' }], default: { pattern: 'data' } },
      },
      $defs: { format: { type: 'string' } },
      required: ['pattern'],
    },
    3,
  ],
];

for (const [name, parameters, drop, expected, changes] of CASES) {
  test(`parameters are an object that the provider takes: ${name}`, () => {
    const fitted = toolParameters(parameters, drop);
    assert.deepEqual(fitted.schema, expected);
    assert.equal(fitted.changes.length, changes);
  });
}

test('a schema that is fine is the same object', () => {
  const schema = { type: 'object', properties: { a: {} } };
  assert.equal(toolParameters(schema, []).schema, schema);
});
