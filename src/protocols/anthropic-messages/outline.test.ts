import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outline } from './outline.ts';

const bytes = (body: object): Uint8Array => Buffer.from(JSON.stringify(body));

test('the session is what Claude Code calls it, in its header or in the metadata, then and now', () => {
  const session = (body: object, headers = {}): string | undefined =>
    outline(bytes({ model: 'm', ...body }), headers).sessionId;
  assert.equal(session({}, { 'x-claude-code-session-id': 's-1' }), 's-1');
  assert.equal(session({ metadata: { user_id: '{"device_id":"d","account_uuid":"","session_id":"s-2"}' } }), 's-2');
  assert.equal(session({ metadata: { user_id: 'user_0a1b_account__session_0a1b2c3d-4e5f' } }), '0a1b2c3d-4e5f');
  assert.equal(session({ metadata: { user_id: 'person-7' } }), undefined);
  assert.equal(session({ metadata: null }), undefined);
});

test('model and stream', () => {
  const query = outline(bytes({ model: 'm', stream: true }), {});
  assert.deepEqual(
    [query.protocol, query.model, query.stream, query.background],
    ['anthropic-messages', 'm', true, false],
  );
  assert.equal(outline(bytes({ model: 'm' }), {}).stream, false);
  assert.throws(() => outline(bytes({ messages: [] }), {}), /model: expected the name of a model/);
});
