import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../ir/json.ts';
import { jsonText } from '../ir/json.ts';
import { promptOfBytes, promptOfText } from './prompt.ts';

const MEMBERS = ['tools', 'messages'];
const of = (body: JsonObject) => promptOfText(jsonText(body), body, MEMBERS);

test('of an encoded body: what stands between the other members', () => {
  const prompt = { tools: [{ name: 'é' }], messages: ['"hi"', '{}'] };
  const text = '"tools":[{"name":"é"}],"messages":["\\"hi\\"","{}"]';
  assert.deepEqual(of(prompt), { form: 'text', text });
  assert.deepEqual(of({ model: 'm', absent: undefined, stream: true, ...prompt }), { form: 'text', text });
  assert.deepEqual(of({ model: 'm', ...prompt, client_metadata: { turn: 1 } }), { form: 'text', text });
  assert.deepEqual(of({ ...prompt, none: undefined }), { form: 'text', text });
  assert.deepEqual(of({ model: 'm' }), { form: 'text', text: '' });
});

test("of a client's own body: the same, in the provider's order, each byte a character", () => {
  const body = Buffer.from('{"messages" : ["é"] , "model":"m", "tools":[1]}');
  assert.deepEqual(promptOfBytes(body, MEMBERS), {
    form: 'bytes',
    text: `"tools":[1],"messages" : ["${Buffer.from('é').toString('latin1')}"]`,
  });
  assert.equal(promptOfBytes(Buffer.from('{"model":"m"}'), MEMBERS).text, '');
});

test('law: other members change nothing', () => {
  const others = fc.dictionary(
    fc.string().map((name) => `x${name}`),
    fc.jsonValue(),
    { maxKeys: 4 },
  );
  fc.assert(
    fc.property(others, others, fc.jsonValue(), (before, after, messages) => {
      const clean = (members: object) => JSON.parse(JSON.stringify(members));
      const prompt = { tools: [], messages: clean({ messages }).messages ?? null };
      assert.deepEqual(of({ ...clean(before), ...prompt, ...without(clean(after), before) }), of(prompt));
    }),
  );
});

/** A name that stands before would stand there again. */
function without(members: object, names: object): object {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !(name in names)));
}
