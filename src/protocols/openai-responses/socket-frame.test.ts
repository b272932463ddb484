import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCreateFrame } from './socket-frame.ts';

const headersFor = (metadata: object) =>
  readCreateFrame(
    Buffer.from(JSON.stringify({ type: 'response.create', model: 'm', input: [], client_metadata: metadata })),
    { 'user-agent': 'codex', 'sec-websocket-key': 'k' },
  ).headers;

test('what a turn tells of itself goes on as headers, as over HTTP', () => {
  const turn = JSON.stringify({ request_kind: 'turn', workspace: '/home/zoë' });
  const headers = headersFor({ session_id: 's', thread_id: '', 'x-codex-turn-metadata': turn, other: 'x' });
  assert.deepEqual(Object.keys(headers), ['user-agent', 'session-id', 'x-codex-turn-metadata']);
  assert.match(headers['x-codex-turn-metadata'] ?? '', /^[\x20-\x7e]+$/);
  assert.deepEqual(JSON.parse(headers['x-codex-turn-metadata'] ?? ''), JSON.parse(turn));
});

test('what no header could hold is none', () => {
  for (const value of ['a\r\nx-api-key: stolen', 'a\u0000', 'a\u007f', 'x'.repeat(20_000), 7, null])
    assert.equal(headersFor({ session_id: value })['session-id'], undefined, JSON.stringify(value).slice(0, 40));
});
