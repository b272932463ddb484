import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@cfworker/json-schema';
import fc from 'fast-check';
import type { JsonObject } from '../ir/json.ts';
import { mendArguments } from './mend-arguments.ts';
import { schemaReader } from './schema.ts';

const SHELL: JsonObject = {
  type: 'object',
  properties: {
    cmd: { type: 'string' },
    env: { type: 'object', additionalProperties: { type: 'string' } },
    args: { type: 'array', items: { type: 'string' } },
    edits: {
      type: 'array',
      items: { type: 'object', properties: { old: { type: 'string' }, count: { type: 'integer' } }, required: ['old'] },
    },
    mode: { enum: ['fast', 'slow'] },
    limit: { type: ['integer', 'null'] },
    tty: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
    any: {},
  },
  required: [],
};

/** What the model wrote, what becomes of it, and what that is called. */
const REPAIRED: readonly (readonly [string, string, RegExp])[] = [
  ['```json\n{"cmd":"ls"}\n```', '{"cmd":"ls"}', /fence/],
  ['```\n{"cmd":"ls"}', '{"cmd":"ls"}', /fence/],
  ['{"cmd":"ls",}', '{"cmd":"ls"}', /trailing comma/],
  ['{"args":["a","b", ],"cmd":"ls" , }', '{"args":["a","b" ],"cmd":"ls"  }', /trailing comma/],
  ['"{\\"cmd\\":\\"ls\\"}"', '{"cmd":"ls"}', /doubled/],
  ['"\\"{\\\\\\"cmd\\\\\\":\\\\\\"ls\\\\\\"}\\""', '{"cmd":"ls"}', /doubled/],
  ['"{\\"cmd\\":\\"ls\\",}"', '{"cmd":"ls"}', /doubled/],
  ['"{"cmd":"ls"}"', '{"cmd":"ls"}', /lone quotation/],
  ['{"cmd":"ls"}"', '{"cmd":"ls"}', /marks behind/],
  ['{"cmd":"ls"}}', '{"cmd":"ls"}', /marks behind/],
  ['{"cmd":"ls"}\n```', '{"cmd":"ls"}', /marks behind/],
  ['{"cmd":"ls"}{"cmd":"ls"}', '{"cmd":"ls"}', /twice/],
  ['{}{"cmd":"ls"}', '{"cmd":"ls"}', /empty object/],
  ['[{"cmd":"ls"}]', '{"cmd":"ls"}', /array around/],
  ['{"cmd":"ls"', '{"cmd":"ls"}', /missing bracket/],
  ['{"edits":[{"old":"a"}', '{"edits":[{"old":"a"}]}', /missing bracket/],
  ['{"edits":[{"old":"a"]}', '{"edits":[{"old":"a"}]}', /missing bracket/],
  ['{"cmd":"cat <<E\na\tb\nE"}', '{"cmd":"cat <<E\\na\\tb\\nE"}', /line break/],
  ['{"cmd":"True","tty":True,"limit":None}', '{"cmd":"True","tty":true,"limit":null}', /Python/],
  ['{"mode":"fast', '{"mode":"fast"}', /quotation mark/],
  ['{"mode":"fast}', '{"mode":"fast"}', /quotation mark/],
  ['{"env":"{\\"A\\":\\"1\\"}"}', '{"env":{"A":"1"}}', /doubled encoding in "env"/],
  ['{"args":"[\\"a\\"]"}', '{"args":["a"]}', /doubled encoding in "args"/],
  ['{"edits":["{\\"old\\":\\"a\\"}"]}', '{"edits":[{"old":"a"}]}', /doubled encoding in "edits"/],
  ['{"edits":[{"old":"a","count":"3"}]}', '{"edits":[{"old":"a","count":3}]}', /doubled encoding in "edits"/],
  ['{"limit":"10","tty":"true"}', '{"limit":10,"tty":true}', /doubled encoding in "limit"/],
  ['{"cmd":{"a": 1}}', '{"cmd":"{\\"a\\": 1}"}', /an object for a string in "cmd"/],
  ['{"cmd":[1, 2]}', '{"cmd":"[1, 2]"}', /an array for a string/],
  ['{"cmd":5}', '{"cmd":"5"}', /a number for a string/],
  ['{"args":"a.txt"}', '{"args":["a.txt"]}', /one value for a list/],
  ['{"edits":{"old":"a"}}', '{"edits":[{"old":"a"}]}', /one value for a list/],
  ['{"edits":{"old":"a"},}', '{"edits":[{"old":"a"}]}', /trailing comma/],
];

for (const [written, expected, words] of REPAIRED) {
  test(`repaired: ${JSON.stringify(written)}`, () => {
    const mended = mendArguments(written, SHELL);
    assert.equal(mended?.text, expected);
    assert.match(mended?.repairs.join(), words);
    assert.equal(mendArguments(expected, SHELL), undefined, 'once is enough');
  });
}

/** More than one reading, or none. */
const LEFT_ALONE: readonly string[] = [
  ...['', '   ', '{', '{}', '[]', 'null', '7', 'ls -la', '{"cmd"', '{"cmd":', '{"cmd":"ls",', '{"limit":1'],
  // The string may have been cut: half a command must not be run.
  ...['{"cmd":"ls', '{"cmd":"ls}', '{"cmd":"echo {HOME}', '{"mode":"fa', '{"mode":"fast","cmd":"rm'],
  // Two calls in one, a list of words for one word, nothing for something.
  ...['{"cmd":"a"}{"cmd":"b"}', '[{"cmd":"a"},{"cmd":"b"}]', '{"cmd":["bash","-c"]}', '{"cmd":[]}', '{"cmd":null}'],
  // Escapes that shells and JSON read in different ways.
  ...['{"cmd":"it\\\'s"}', "{'cmd':'ls'}", '{cmd:"ls"}', '{"cmd" "ls"}', '{"a":1]', '{"cmd":"ls"} and more'],
  ...['{"edits":"not json"}', '{"edits":[{"count":1}]}', '{"env":"{broken"}', '{"limit":"many"}'],
  // What the schema leaves open, and members that it does not know.
  ...['{"any":"[1]"}', '{"any":[1]}', '{"other":"{}"}', '{"limit":null,"tty":null}'],
];

for (const written of LEFT_ALONE) {
  test(`left alone: ${JSON.stringify(written)}`, () => assert.equal(mendArguments(written, SHELL), undefined));
}

test('without a schema the text alone is looked at', () => {
  assert.equal(mendArguments('{"a":1,}', null)?.text, '{"a":1}');
  assert.equal(mendArguments('{"a":"[1]"}', null), undefined);
});

test('schemas that lead nowhere end the question, and nothing is changed', () => {
  const ring: JsonObject = {
    $ref: '#/$defs/a',
    $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] } },
  };
  const deep: JsonObject = {
    type: 'object',
    properties: { a: { oneOf: [{ $ref: '#' }, { $ref: '#' }, { allOf: [{ $ref: '#' }, { $ref: '#' }] }] } },
  };
  const nested = `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`;
  const started = performance.now();
  for (const schema of [ring, deep]) {
    for (const text of ['{"a":"{}"}', nested, '{"a":1,}']) mendArguments(text, schema);
    assert.equal(mendArguments(nested, schema), undefined);
  }
  assert.ok(performance.now() - started < 2_000);
});

test('hostile texts end within bounds', () => {
  const started = performance.now();
  const hostile = [
    '{"a":'.repeat(50_000),
    '['.repeat(100_000),
    '"'.repeat(100_001),
    '{"a":"\\',
    `{"a":"${'}'.repeat(200_000)}`,
    ',}'.repeat(50_000),
    '```'.repeat(50_000),
    `{"a":1${' '.repeat(200_000)}x`,
    `\`\`\`${' '.repeat(400_000)}x${'\n'.repeat(400_000)}x`,
  ];
  for (const text of hostile) mendArguments(text, SHELL);
  assert.ok(performance.now() - started < 2_000);
});

const scalar = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const schemaOf = (depth: number): fc.Arbitrary<JsonObject> => {
  const leaf: fc.Arbitrary<JsonObject> = fc.oneof(
    fc.constant({}),
    fc.constantFrom('string', 'integer', 'number', 'boolean', 'null', 'array', 'object').map((type) => ({ type })),
    fc.constant({ type: ['string', 'null'] }),
    fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 1, maxLength: 3 }).map((list) => ({ enum: list })),
    fc.constant({ $ref: '#' }),
  );
  if (depth === 0) return leaf;
  const inner = schemaOf(depth - 1);
  return fc.oneof(
    leaf,
    inner.map((items): JsonObject => ({ type: 'array', items })),
    fc
      .dictionary(fc.constantFrom('a', 'b', 'c'), inner)
      .map((properties): JsonObject => ({ type: 'object', properties, required: Object.keys(properties).slice(0, 1) })),
    fc.array(inner, { minLength: 1, maxLength: 3 }).map((anyOf): JsonObject => ({ anyOf })),
    fc.array(inner, { minLength: 1, maxLength: 2 }).map((allOf): JsonObject => ({ allOf })),
  );
};
const parameters = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), schemaOf(2))
  .map((properties): JsonObject => ({ type: 'object', properties }));
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any')),
  ),
})).any;
const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), value);

test('a call that a full validator accepts is never changed', () => {
  let accepted = 0;
  fc.assert(
    fc.property(parameters, objects, fc.constantFrom(0, 1, '\t'), (schema, made, indent) => {
      const text = JSON.stringify(made, null, indent);
      if (!new Validator(schema, '2020-12').validate(JSON.parse(text)).valid) return;
      accepted += 1;
      assert.ok(schemaReader(schema).fits(schema, JSON.parse(text)));
      assert.equal(mendArguments(text, schema), undefined);
    }),
    { numRuns: 500 },
  );
  assert.ok(accepted > 30, `${accepted} were accepted`);
});

test('what is repaired parses', () => {
  fc.assert(
    fc.property(
      parameters,
      objects,
      fc.nat(),
      fc.constantFrom('', ',', '"', '}', '```', '\n', ']'),
      (schema, made, at, mark) => {
        const whole = JSON.stringify(made);
        const place = at % (whole.length + 1);
        const mended = mendArguments(
          whole.slice(0, place) + mark + whole.slice(mark === '' ? place + 1 : place),
          schema,
        );
        if (mended === undefined) return;
        assert.equal(typeof JSON.parse(mended.text), 'object');
        assert.ok(mended.repairs.length > 0);
      },
    ),
    { numRuns: 500 },
  );
});
