import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { InferenceEvent } from '../ir/event.ts';
import type { JsonObject } from '../ir/json.ts';
import type { ToolDefinition } from '../ir/request.ts';
import { mendArguments } from './mend-arguments.ts';
import { mendCalls } from './mend-calls.ts';
import { toolSchemas } from './tool-schemas.ts';

const PARAMETERS: JsonObject = {
  type: 'object',
  properties: {
    cmd: { type: 'string' },
    env: { type: 'object' },
    args: { type: 'array', items: { type: 'string' } },
    mode: { enum: ['fast', 'slow'] },
    any: {},
  },
};
const TOOLS: readonly ToolDefinition[] = [
  { kind: 'function', name: { name: 'run' }, parameters: PARAMETERS },
  { kind: 'function', name: { name: 'run', namespace: 'other' }, parameters: null },
  { kind: 'custom', name: { name: 'patch' } },
];

type Told = { readonly pieces: readonly string[]; readonly losses: number; readonly types: readonly string[] };

function reply(
  pieces: readonly string[],
  last: readonly InferenceEvent[] = [{ type: 'tool-call-end' }],
  start: Partial<Extract<InferenceEvent, { type: 'tool-call-start' }>> = {},
): Told {
  const mend = mendCalls(toolSchemas(TOOLS));
  const events: InferenceEvent[] = [
    { type: 'tool-call-start', callId: 'c', kind: 'function', name: { name: 'run' }, ...start },
    ...pieces.map((input): InferenceEvent => ({ type: 'tool-call-delta', input })),
    ...last,
  ];
  const told = [...events.flatMap((event) => mend.push(event)), ...mend.end()];
  return {
    pieces: told.flatMap((event) => (event.type === 'tool-call-delta' ? [event.input] : [])),
    losses: told.filter((event) => event.type === 'loss').length,
    types: told.map((event) => event.type),
  };
}

test('a sound call streams on as it comes', () => {
  const pieces = ['{"cmd', '":"l', 's"', ',"any":', '[1,{"a":2}]', '}'];
  assert.deepEqual(reply(pieces), {
    pieces: ['{"cmd', '":"l', 's"', ',"any":', '[1,{"a":2}]', '}'],
    losses: 0,
    types: ['tool-call-start', ...Array(6).fill('tool-call-delta'), 'tool-call-end'],
  });
});

test('a comma waits for what follows; what may be rewritten waits for the end', () => {
  assert.deepEqual(reply(['{"cmd":"ls",', '}']).pieces, ['{"cmd":"ls"', '}']);
  assert.equal(reply(['{"cmd":"ls",', '}']).losses, 1);
  assert.deepEqual(reply(['{"cmd":"ls","env":', '"{}', '"', '}']).pieces, ['{"cmd":"ls","env":', '{}}']);
  assert.deepEqual(reply(['{"cmd":', '"ls', '"}', '}']).pieces, ['{"cmd":', '"ls', '"}']);
});

test('the loss names tool and repair before the call ends', () => {
  const mend = mendCalls(toolSchemas(TOOLS));
  mend.push({ type: 'tool-call-start', callId: 'c', kind: 'function', name: { name: 'run' } });
  assert.deepEqual(mend.push({ type: 'tool-call-delta', input: '{"cmd":"secret",}' }), [
    { type: 'tool-call-delta', input: '{"cmd":"secret"' },
  ]);
  assert.deepEqual(mend.push({ type: 'tool-call-end' }), [
    { type: 'loss', loss: { path: 'tool_calls.run.arguments', why: 'The arguments were repaired: a trailing comma.' } },
    { type: 'tool-call-delta', input: '}' },
    { type: 'tool-call-end' },
  ]);
});

test('freeform calls, unknown tools and cut calls pass as they are', () => {
  const odd = ['"{\\"cmd\\":', '\\"ls\\"}"'];
  assert.deepEqual(reply(odd, undefined, { kind: 'custom', name: { name: 'patch' } }).pieces, odd);
  assert.deepEqual(reply(odd, undefined, { name: { name: 'unheard' } }).pieces, odd);
  const cut = reply(['{"cmd":"ls",'], [{ type: 'finish', reason: 'length' }]);
  assert.deepEqual([cut.pieces.join(''), cut.losses], ['{"cmd":"ls",', 0]);
  assert.deepEqual(cut.types.slice(-2), ['tool-call-delta', 'finish']);
});

test('a namespaced tool has its own schema', () => {
  const text = '{"env":"{}"}';
  assert.equal(reply([text]).pieces.join(''), '{"env":{}}');
  assert.equal(reply([text], undefined, { name: { name: 'run', namespace: 'other' } }).pieces.join(''), text);
});

test('arguments of a megabyte and more pass unseen', () => {
  const pieces = ['{"cmd":"ls","env":"', 'x'.repeat(1_100_000), '",}'];
  assert.equal(reply(pieces).pieces.join(''), pieces.join(''));
});

const flaw = fc.constantFrom('', ',', '"', '}', ']', '```json\n', '\n', ' ', '{', '\\', 'True', '{}');
const texts = fc
  .tuple(
    fc.oneof(
      fc.record(
        { cmd: fc.string(), env: fc.dictionary(fc.string(), fc.string()), mode: fc.constantFrom('fast', 'slow') },
        { requiredKeys: [] },
      ),
      fc.record({ cmd: fc.json(), args: fc.json(), any: fc.jsonValue() }, { requiredKeys: [] }),
    ),
    fc.constantFrom(0, 2),
    fc.nat(),
    flaw,
    fc.boolean(),
  )
  .map(([made, indent, at, mark, doubled]) => {
    const whole = doubled ? JSON.stringify(JSON.stringify(made)) : JSON.stringify(made, null, indent);
    const place = at % (whole.length + 1);
    return whole.slice(0, place) + mark + whole.slice(place);
  });

test('where the pieces end makes no difference, and what could be repaired whole is repaired in pieces', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(), { maxLength: 8 }), (text, cuts) => {
      const ends = cuts.map((cut) => cut % (text.length + 1)).sort((one, other) => one - other);
      const inPieces = reply([...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end)));
      const byCharacter = reply([...text].flatMap((character) => [...character]));
      const whole = reply([text]);
      assert.equal(whole.pieces.join(''), mendArguments(text, PARAMETERS)?.text ?? text);
      for (const one of [inPieces, byCharacter]) {
        assert.deepEqual([one.pieces.join(''), one.losses], [whole.pieces.join(''), whole.losses]);
      }
    }),
    { numRuns: 500 },
  );
});
