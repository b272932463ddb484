import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../ir/json.ts';
import { argumentPieces } from './argument-pieces.ts';

/** A value as a model would stream it: its leaves from front to back, strings in pieces. */
function piecesOf(value: Json, path: string, cut: number): readonly JsonObject[] {
  if (typeof value === 'string') {
    const at = Math.min(cut, value.length);
    return [value.slice(0, at), value.slice(at)].map((stringValue) => ({ jsonPath: path, stringValue }));
  }
  if (typeof value === 'number') return [{ jsonPath: path, numberValue: value }];
  if (typeof value === 'boolean') return [{ jsonPath: path, boolValue: value }];
  if (value === null) return [{ jsonPath: path, nullValue: 'NULL_VALUE' }];
  if (Array.isArray(value)) return value.flatMap((each, at) => piecesOf(each, `${path}[${at}]`, cut));
  return Object.entries(value).flatMap(([name, each]) =>
    piecesOf(each ?? null, `${path}[${JSON.stringify(name)}]`, cut),
  );
}

function written(pieces: readonly JsonObject[]): unknown {
  const writer = argumentPieces();
  let text = '';
  for (const piece of pieces) {
    const added = writer.add(piece);
    if ('wrong' in added) return added.wrong;
    text += added.text;
  }
  return JSON.parse(text + writer.end());
}

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
    fc.dictionary(fc.string({ unit: fc.constantFrom(...'ab"\\[].$ü0') }), tie('value'), { minKeys: 1, maxKeys: 3 }),
  ),
}));

test('any arguments come back from their pieces', () => {
  const args = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), value, { minKeys: 1, maxKeys: 4 });
  fc.assert(
    fc.property(args, fc.nat(4), (given, cut) => {
      assert.deepEqual(written(piecesOf(given, '$', cut)), JSON.parse(JSON.stringify(given)));
    }),
    { numRuns: 300 },
  );
});

test('a piece goes on as text at once', () => {
  const writer = argumentPieces();
  assert.deepEqual(writer.add({ jsonPath: '$.input', stringValue: '*** Begin' }), { text: '{"input":"*** Begin' });
  assert.deepEqual(writer.add({ jsonPath: '$.input', stringValue: ' Patch\n' }), { text: ' Patch\\n' });
  assert.equal(writer.end(), '"}');
});

test('what comes back to a place, or leaves one out, is out of place; a path must be one', () => {
  const at = (...paths: readonly string[]): unknown =>
    written(paths.map((jsonPath) => ({ jsonPath, stringValue: 'x' })));
  assert.match(String(at('$.a', '$.b', '$.a')), /out of place: "\$\.a"/);
  assert.match(String(at('$.list[1]')), /out of place/);
  assert.match(String(at('$.list[0]', '$.list.name')), /out of place/);
  assert.match(String(at('$.a.b', '$.a[0]')), /out of place/);
  for (const none of ['', '$', 'a', '$..a', '$.a[', `$${'.a'.repeat(3_000)}`])
    assert.match(String(at(none)), /a path that is none/, none);
  assert.deepEqual(written([]), {});
});
