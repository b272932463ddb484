import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import { encodeFormat } from './output-format.ts';

const closed: JsonObject = {
  type: 'object',
  properties: {
    minimum: { type: ['string', 'null'], description: 'd' },
    list: { type: 'array', items: { $ref: '#/$defs/a' }, minItems: 1 },
  },
  required: ['minimum', 'list'],
  additionalProperties: false,
  $defs: { a: { anyOf: [{ type: 'integer' }, { const: 'x' }] } },
};

test('a schema that the API compiles is enforced', () => {
  const losses: Loss[] = [];
  const encoded = encodeFormat({ type: 'json-schema', name: 'a', schema: closed }, 'json-schema', losses);
  assert.deepEqual(encoded, { format: { type: 'json_schema', schema: closed } });
  assert.deepEqual(losses, []);
});

test('another one is told, with a Loss', () => {
  const schemas: readonly JsonObject[] = [
    { type: 'object', properties: {} },
    { ...closed, oneOf: [] },
    { ...closed, properties: { n: { type: 'integer', minimum: 0 } } },
    { ...closed, $defs: { a: { type: 'array', minItems: 2 } } },
  ];
  for (const schema of schemas) {
    const losses: Loss[] = [];
    const encoded = encodeFormat({ type: 'json-schema', name: 'a', schema }, 'json-schema', losses);
    assert.equal(encoded.format, undefined);
    assert.ok(encoded.instruction?.endsWith(JSON.stringify(schema)));
    assert.equal(losses.length, 1);
  }
  const losses: Loss[] = [];
  encodeFormat({ type: 'json-schema', name: 'a', schema: closed }, 'instruction', losses);
  assert.equal(losses.length, 1);
});

test('a bare object is told; text needs nothing', () => {
  assert.match(encodeFormat({ type: 'json-object' }, 'json-schema', []).instruction ?? '', /JSON object/);
  assert.deepEqual(encodeFormat({ type: 'text' }, 'json-schema', []), {});
});
