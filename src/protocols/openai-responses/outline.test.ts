import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../ir/failure.ts';
import { outline } from './outline.ts';

const bytes = (body: unknown): Uint8Array => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));

test('model, stream and session are read without the rest of the body', () => {
  const body = bytes(
    '{"input":[{"model":"inner"}],"model":"deepseek-\\u0063oder","stream":true,"prompt_cache_key":"k"}',
  );
  assert.deepEqual(outline(body, {}), {
    protocol: 'openai-responses',
    model: 'deepseek-coder',
    stream: true,
    sessionId: 'k',
    background: false,
    bodyBytes: body.byteLength,
  });
});

test("Codex's headers say whose turn it is, and of what kind", () => {
  const metadata = JSON.stringify({ request_kind: 'compaction', thread_source: 'subagent' });
  const query = outline(bytes({ model: 'm', prompt_cache_key: 'child' }), {
    'session-id': 'root',
    'thread-id': 'child',
    'x-codex-turn-metadata': metadata,
    'x-openai-subagent': 'collab_spawn',
  });
  assert.equal(query.sessionId, 'root');
  assert.equal(query.requestKind, 'compaction');
  assert.equal(query.threadSource, 'subagent');
  assert.equal(query.subagent, 'collab_spawn');
  assert.equal(query.background, false);
});

test('calls that Codex makes on its own are background', () => {
  const background = (headers: Record<string, string>): boolean => outline(bytes({ model: 'm' }), headers).background;
  const turn = (source: string): Record<string, string> => ({
    'x-codex-turn-metadata': JSON.stringify({ thread_source: source }),
  });
  assert.ok(background(turn('thread_title')));
  assert.ok(background(turn('memory_consolidation')));
  assert.ok(background({ 'x-openai-subagent': 'guardian' }));
  assert.ok(background({ 'x-openai-memgen-request': 'true' }));
  assert.ok(!background(turn('user')));
  assert.ok(!background({ 'x-openai-subagent': 'review' }));
  assert.ok(!background({ 'x-codex-turn-metadata': 'no json' }));
});

test('a body that is no request is refused with what is wrong', () => {
  const refused = (body: unknown, words: RegExp): void => {
    assert.throws(
      () => outline(bytes(body), {}),
      (thrown) =>
        thrown instanceof GatewayError && thrown.failure.kind === 'invalid-request' && words.test(thrown.message),
    );
  };
  refused('', /no JSON object: expected a JSON object at byte 0/);
  refused('{"model":"m"', /no JSON object/);
  refused([], /no JSON object/);
  refused({}, /model: expected the name of a model/);
  refused({ model: 7 }, /model: expected the name of a model/);
  refused('{"model":"\\x"}', /model: its value is no JSON/);
});
