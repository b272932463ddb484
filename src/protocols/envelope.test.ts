import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isJsonObject, type Json } from '../ir/json.ts';
import { EMPTY_ENVELOPE, holdsEnvelope, isEnvelope, makeEnvelope, readEnvelope } from './envelope.ts';

const state = {
  protocol: 'openai-chat',
  provider: 'p',
  model: 'm',
  credentialId: 'k',
  value: { a: ['ü', null] },
} as const;

test('what is put in comes out', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), (provider, model, fields) => {
      const value = JSON.parse(JSON.stringify(fields)) as Json;
      assert.ok(isJsonObject(value));
      const made = { protocol: 'anthropic-messages', provider, model, value } as const;
      assert.deepEqual(readEnvelope(makeEnvelope(made)), made);
    }),
  );
  assert.deepEqual(readEnvelope(makeEnvelope(state)), state);
});

test('what is none of ours, or broken, gives nothing', () => {
  const broken = [
    '',
    'gAAAA',
    'pb1:',
    'pb1:{',
    'pb1:[]',
    'pb1:{"protocol":"x"}',
    EMPTY_ENVELOPE,
    makeEnvelope(state).slice(0, -1),
  ];
  for (const text of broken) assert.equal(readEnvelope(text), undefined, text);
  fc.assert(fc.property(fc.string(), (text) => assert.doesNotThrow(() => readEnvelope(`pb1:${text}`))));
  assert.equal(readEnvelope(makeEnvelope({ ...state, value: { long: 'x'.repeat(9_000_000) } })), undefined);
  assert.ok(!isEnvelope('gAAAA'));
});

test('a body tells whether it holds one', () => {
  const body = (encrypted: string): Uint8Array =>
    Buffer.from(JSON.stringify({ input: [{ encrypted_content: encrypted }] }));
  assert.ok(holdsEnvelope(body(makeEnvelope(state))));
  assert.ok(!holdsEnvelope(body('gAAAA pb1:')));
});
