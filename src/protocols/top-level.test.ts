import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../ir/failure.ts';
import { outline as chat } from './openai-chat/outline.ts';
import { outline as responses } from './openai-responses/outline.ts';
import { modelOf, sessionOf, topLevel } from './top-level.ts';

const bytes = (body: object): Uint8Array => Buffer.from(JSON.stringify(body));

test('a model bears a name, and none of any length', () => {
  assert.equal(modelOf(topLevel(bytes({ model: 'x'.repeat(1_000) }))).length, 1_000);
  for (const model of ['', null, 7, 'x'.repeat(1_001)]) {
    assert.throws(
      () => modelOf(topLevel(bytes({ model }))),
      (error) => error instanceof GatewayError && error.failure.parameter === 'model' && error.message.length < 200,
    );
  }
});

test('a session is the first name that says something; what is kept of it is short', () => {
  assert.equal(sessionOf([undefined, '', 7, 'a', 'b']), 'a');
  assert.equal(sessionOf(['', undefined]), undefined);
  const long = sessionOf(['k'.repeat(1_000_000)]);
  assert.equal(long?.length, 64);
  assert.notEqual(long, sessionOf(['k'.repeat(1_000_001)]));
  for (const outline of [chat, responses]) {
    assert.equal(outline(bytes({ model: 'm', prompt_cache_key: '' }), {}).sessionId, undefined);
    assert.equal(outline(bytes({ model: 'm', prompt_cache_key: 'k' }), { 'session-id': '' }).sessionId, 'k');
    assert.equal(outline(bytes({ model: 'm', prompt_cache_key: 'k'.repeat(9_000) }), {}).sessionId?.length, 64);
  }
});
