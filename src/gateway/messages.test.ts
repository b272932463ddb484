/** The Messages door before a provider that has the whole protocol, and before others. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonObject } from '../ir/json.ts';
import { makeEnvelope } from '../protocols/envelope.ts';
import { openLedgerReader } from '../storage/ledger-reader.ts';
import { KEY, lastEntry, say, staged } from './testing/stage.ts';

const PATH = '/v1/messages';
const COUNT = '/v1/messages/count_tokens';
const json = (value: JsonObject): string => JSON.stringify(value);
const BODY = { model: 'sonnet', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }], stream: true };

/** Bytes as no encoder of ours writes them. */
const STREAM = [
  'event: message_start\r\ndata: {"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5", "content": [], "usage": {"input_tokens": 9, "cache_read_input_tokens": 30, "output_tokens": 1}}}\r\n\r\n',
  'event: content_block_start\r\ndata: {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}\r\n\r\n',
  'event: content_block_delta\r\ndata: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}}\r\n\r\n',
  'event: content_block_stop\r\ndata: {"type": "content_block_stop", "index": 0}\r\n\r\n',
  'event: message_delta\r\ndata: {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": 5}}\r\n\r\n',
  'event: message_stop\r\ndata: {"type": "message_stop"}\r\n\r\n',
].join('');
const UNARY =
  '{"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5", "content": [{"type": "text", "text": "hi"}], "stop_reason": "end_turn", "stop_sequence": null, "usage": {"input_tokens": 9, "output_tokens": 5}}';

test('a stream of a native provider goes both ways as bytes, with what its client asks for and no more', async (t) => {
  const stage = await staged(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(STREAM);
  });
  // Spaces and the order of members tell bytes from an encoding.
  const body =
    '{ "stream":true,"model" : "sonnet", "max_tokens": 100, "messages":[{"role":"user","content":"hello"}], "metadata":{"user_id":"u"} }';
  const reply = await stage.ask({
    path: PATH,
    body,
    headers: { 'anthropic-beta': 'context-management-2025-06-27', 'anthropic-version': '2023-06-01', 'x-app': 'cli' },
  });
  assert.equal(reply.status, 200);
  assert.equal(reply.text, STREAM);
  const [call] = stage.seen;
  assert.equal(call?.url, '/claude/messages');
  assert.equal(call?.body, body.replace('"sonnet"', '"claude-sonnet-5"'));
  assert.equal(call?.headers['anthropic-beta'], 'context-management-2025-06-27');
  assert.equal(call?.headers['x-api-key'], KEY);
  assert.equal(call?.headers['x-app'], undefined);
  const entry = await lastEntry(stage);
  assert.deepEqual(
    [entry.path, entry.usage?.freshInput, entry.usage?.cacheRead, entry.usage?.output],
    ['bytes', 9, 30, 5],
  );
});

test('a unary reply of a native provider is its bytes too', async (t) => {
  const stage = await staged(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(UNARY);
  });
  const reply = await stage.ask({ path: PATH, body: json({ ...BODY, stream: false }) });
  assert.equal(reply.text, UNARY);
  assert.equal((await lastEntry(stage)).usage?.output, 5);
});

test("a history that holds another provider's thinking is encoded anew without it, and its reply is bytes all the same", async (t) => {
  const stage = await staged(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(STREAM);
  });
  const sealed = makeEnvelope({ protocol: 'openai-chat', provider: 'chat', model: 'm-one', value: {} });
  const messages = [
    { role: 'user', content: [{ type: 'text', text: 'hello', cache_control: { type: 'ephemeral' } }] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: sealed },
        { type: 'thinking', thinking: 'Own.', signature: 'EqQB' },
        { type: 'text', text: 'hi' },
      ],
    },
    { role: 'user', content: [{ type: 'text', text: 'more' }] },
  ];
  const reply = await stage.ask({ path: PATH, body: json({ ...BODY, messages, metadata: { user_id: 'u' } }) });
  assert.equal(reply.text, STREAM);
  const sent = JSON.parse(stage.seen[0]?.body ?? '');
  const [before, answer, after] = messages;
  const kept = { ...answer, content: answer?.content.slice(1) };
  assert.deepEqual(sent.messages, [before, kept, after]);
  assert.equal(sent.metadata, undefined);
  const entry = await lastEntry(stage);
  assert.deepEqual(entry.losses.map((loss) => loss.path).sort(), ['messages[1]', 'metadata']);
});

test('what names a person goes to no provider but the maker of the client', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const reply = await stage.ask({
    path: PATH,
    body: json({ ...BODY, model: 'one', metadata: { user_id: 'person-7' } }),
  });
  assert.equal(reply.status, 200);
  assert.doesNotMatch(stage.seen[0]?.body ?? '', /person-7/);
  assert.ok((await lastEntry(stage)).losses.some((loss) => loss.path === 'metadata'));
});

test('a native provider says itself what an input counts', async (t) => {
  const stage = await staged(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens": 4711}');
  });
  const body = '{"messages":[ {"role":"user","content":"hello"} ], "model":"sonnet"}';
  const reply = await stage.ask({ path: COUNT, body, headers: { 'anthropic-beta': 'token-counting-2024-11-01' } });
  assert.deepEqual([reply.status, JSON.parse(reply.text)], [200, { input_tokens: 4711 }]);
  assert.deepEqual(
    [reply.headers['x-plugboard-counted-by'], reply.headers['x-plugboard-provider']],
    ['provider', 'anthropic'],
  );
  const [call] = stage.seen;
  assert.equal(call?.url, '/claude/messages/count_tokens');
  assert.equal(call?.body, body.replace('"sonnet"', '"claude-sonnet-5"'));
  assert.equal(call?.headers['anthropic-beta'], 'token-counting-2024-11-01');
});

test('a provider that refused the key is not asked to count meanwhile', async (t) => {
  const stage = await staged(t, (_, response) => response.writeHead(401).end('{"error":{"message":"bad key"}}'));
  const messages = [{ role: 'user', content: 'hello' }];
  await stage.ask({ path: '/v1/messages', body: json({ model: 'sonnet', max_tokens: 9, messages }) });
  const reply = await stage.ask({ path: COUNT, body: json({ model: 'sonnet', messages }) });
  assert.deepEqual([reply.status, reply.headers['x-plugboard-counted-by'], stage.seen.length], [200, 'estimate', 1]);
});

test('for any other provider it is estimated here; nobody is called and nothing is recorded', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const count = async (text: string, model = 'one'): Promise<number> => {
    const reply = await stage.ask({ path: COUNT, body: json({ model, messages: [{ role: 'user', content: text }] }) });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.headers['x-plugboard-counted-by'], 'estimate');
    return JSON.parse(reply.text).input_tokens;
  };
  const few = await count('hello');
  assert.ok(few > 1 && few < 20, String(few));
  assert.equal((await count('hello '.repeat(1000))) - few, 1000);
  assert.equal(await count('hello', 'alike'), few);
  const routed = { path: COUNT, body: json({ model: 'both', messages: [{ role: 'user', content: 'hello' }] }) };
  const { headers } = await stage.ask(routed);
  assert.deepEqual([headers['x-plugboard-route'], headers['x-plugboard-model']], ['both', 'one']);
  assert.equal(stage.seen.length, 0);
  const opened = openLedgerReader(join(stage.home, 'plugboard.db'));
  assert.ok(opened.ok);
  assert.deepEqual(await opened.reader.list({ limit: 10 }), []);
  await opened.reader.close();
});

test('a count that its provider cannot give is estimated, one that it refuses is refused', async (t) => {
  let status = 503;
  const stage = await staged(t, (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end('{"type":"error","error":{"type":"invalid_request_error","message":"messages: too few"}}');
  });
  const body = json({ model: 'sonnet', messages: [{ role: 'user', content: 'hello' }] });
  const estimated = await stage.ask({ path: COUNT, body });
  assert.deepEqual([estimated.status, estimated.headers['x-plugboard-counted-by']], [200, 'estimate']);
  status = 400;
  const refused = await stage.ask({ path: COUNT, body });
  assert.equal(refused.status, 400);
  assert.match(JSON.parse(refused.text).error.message, /too few/);
  const unknown = await stage.ask({ path: COUNT, body: json({ model: 'sonnets', messages: [] }) });
  assert.deepEqual([unknown.status, JSON.parse(unknown.text).error.type], [404, 'not_found_error']);
  const wrong = await stage.ask({ path: COUNT, body: json({ model: 'one', messages: 'x' }) });
  assert.equal(wrong.status, 400);
});
