import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unwrapFreeform, wrapFreeform } from './freeform.ts';

function unwrap(...pieces: readonly string[]): string {
  const step = unwrapFreeform();
  return [...pieces.flatMap((piece) => step.push(piece)), ...step.end()].join('');
}

const PATCH = '*** Begin Patch\n*** Add File: a.txt\n+"q" \\ \u00e4 \ud83d\ude00\n*** End Patch\n';

const CASES: readonly (readonly [string, string, string])[] = [
  ['as asked', wrapFreeform(PATCH), PATCH],
  ['spaces', `{ "input" : ${JSON.stringify(PATCH)} }`, PATCH],
  ['escaped characters', '{"input":"\\ud83d\\ude00\\u00e4\\/\\b"}', '\ud83d\ude00\u00e4/\b'],
  ['members before', `{"why":"a, \\"b\\"","n":1,"input":${JSON.stringify(PATCH)}}`, PATCH],
  ['an object before', `{"why":{"input":1},"input":${JSON.stringify(PATCH)}}`, PATCH],
  ['members after', `{"input":${JSON.stringify(PATCH)},"input2":"x"}`, PATCH],
  ['one other name', `{"patch":${JSON.stringify(PATCH)}}`, PATCH],
  ['a bare string', JSON.stringify(PATCH), PATCH],
  ['plain text', PATCH, PATCH],
  ['code with a brace', '{ const a = "input"; }', '{ const a = "input"; }'],
  ['code with a string', '"use strict";\nrun();', '"use strict";\nrun();'],
  ['two other names', '{"a":"1","b":"2"}', '{"a":"1","b":"2"}'],
  ['no object members', '{}', ''],
  ['nothing', '', ''],
  ['a foreign escape', '{"input":"\\d+\\uZZZZ"}', '\\d+\\uZZZZ'],
  ['real line breaks', '{"input":"a\nb"}', 'a\nb'],
  ['cut in the text', '{"input":"half', 'half'],
];

for (const [name, written, raw] of CASES) {
  test(`freeform text is unwrapped, whatever the split: ${name}`, () => {
    assert.equal(unwrap(written), raw);
    assert.equal(unwrap(...written), raw);
    for (let at = 1; at < written.length; at += 1) assert.equal(unwrap(written.slice(0, at), written.slice(at)), raw);
  });
}

test('text streams: a piece of the argument is out before the next one comes', () => {
  const step = unwrapFreeform();
  assert.deepEqual(step.push('{"input":"one'), ['one']);
  assert.deepEqual(step.push(' two\\n'), [' two\n']);
});

test('plain text streams too', () => {
  const step = unwrapFreeform();
  assert.deepEqual(step.push('*** Begin'), ['*** Begin']);
  assert.deepEqual(step.push(' Patch'), [' Patch']);
});

test('wrapped and unwrapped, any text is itself, and the bytes are stable', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(unwrap(...wrapFreeform(text)), text);
      assert.equal(wrapFreeform(text), wrapFreeform(text));
    }),
  );
});

test('a long member of another name is read in time that grows with its length', () => {
  const step = unwrapFreeform();
  step.push('{"patch":"');
  const started = process.cpuUsage().user;
  for (let count = 0; count < 100_000; count += 1) step.push('some text ');
  step.push('"}');
  assert.equal(step.end().join('').length, 1_000_000);
  assert.ok(process.cpuUsage().user - started < 2_000_000);
});
