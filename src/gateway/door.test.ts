import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Ask, CHAT, errorOf, say, staged } from './testing/stage.ts';

test('who may come in', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const status = async (options: Ask): Promise<number> => (await stage.ask(options)).status;
  assert.equal(await status({ token: null }), 401);
  assert.equal(await status({ token: 'wrong' }), 401);
  assert.equal(await status({ token: null, method: 'HEAD' }), 401);
  assert.equal(await status({ token: null, method: 'GET', path: '/v1/models' }), 401);
  for (const name of ['x-api-key', 'x-goog-api-key']) {
    assert.equal(await status({ token: null, headers: { [name]: stage.gateway.token } }), 200);
  }
  assert.equal(await status({ headers: { 'x-api-key': 'wrong' } }), 401, 'x-api-key wins over Authorization');
  for (const path of ['/health', '/health/live', '/health/ready'])
    assert.equal(await status({ token: null, method: 'GET', path }), 200);
  assert.equal(await status({ headers: { host: 'evil.example' } }), 403);
  assert.equal(await status({ token: null, method: 'GET', path: '/health', headers: { host: 'evil.example' } }), 403);
  assert.equal(await status({ headers: { host: 'gateway.example:80' } }), 200);
  assert.equal(await status({ headers: { host: 'localhost:1' } }), 200);
  assert.equal(await status({ headers: { origin: 'https://evil.example' } }), 403);
  assert.equal(await status({ headers: { origin: 'null' } }), 403);
  assert.equal(await status({ headers: { origin: stage.gateway.url } }), 200);
  assert.equal(stage.seen.length, 5);
});

test('what cannot be served is said in the protocol of the path', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const unknown = await stage.ask({ body: CHAT('on') });
  assert.deepEqual([unknown.status, errorOf(unknown).code], [404, 'model_not_found']);
  assert.match(errorOf(unknown).message, /The nearest: one/);
  const large = await stage.ask({ body: Buffer.alloc(1_100_000, 'x') });
  assert.equal(large.status, 413);
  const bomb = await stage.ask({ body: gzipSync(Buffer.alloc(5_000_000)), headers: { 'content-encoding': 'gzip' } });
  assert.equal(bomb.status, 413);
  assert.equal((await stage.ask({ headers: { 'content-type': 'text/plain' } })).status, 415);
  assert.equal((await stage.ask({ body: 'no json' })).status, 400);
  const method = await stage.ask({ method: 'GET' });
  assert.deepEqual([method.status, method.headers.allow], [405, 'POST, HEAD']);
  assert.equal((await stage.ask({ method: 'GET', path: '/nowhere' })).status, 404);
  for (const path of ['/chat/completions', '/v1/v1/chat/completions']) {
    const slip = await stage.ask({ path });
    assert.equal(slip.status, 404);
    assert.match(errorOf(slip).message, /\/v1\/chat\/completions is served: correct the client's base URL/);
  }
  assert.doesNotMatch((await stage.ask({ path: '/v1/nowhere' })).text, /is served/);
  assert.equal((await stage.ask({ method: 'HEAD' })).status, 200);
  const chat = await stage.ask({ path: '/v1/chat/completions' });
  assert.deepEqual([chat.status, errorOf(chat).code], [400, 'invalid_value']);
  assert.match(errorOf(chat).message, /messages: expected a list/);
  const headers = { 'x-long': 'x'.repeat(17_000) };
  assert.equal((await stage.ask({ method: 'GET', headers })).status, 431);
  for (const path of ['/metrics', '/']) {
    assert.equal((await stage.ask({ method: 'GET', path })).status, 501);
  }
});

test('what is wrong before the line is said in the form of each door', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const large = Buffer.alloc(1_100_000, 'x');
  const wrong: readonly (readonly [Ask, number, string])[] = [
    [{ token: null }, 401, 'invalid_api_key'],
    [{ body: large }, 413, 'request_too_large'],
    [{ headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    [{ method: 'GET' }, 405, 'method_not_allowed'],
    [{ body: 'no json' }, 400, 'invalid_json'],
    [{ body: '{"model":"nothing","messages":[],"input":""}' }, 404, 'model_not_found'],
  ];
  for (const path of ['/v1/responses', '/v1/chat/completions']) {
    for (const [ask, status, code] of wrong) {
      const reply = await stage.ask({ ...ask, path });
      assert.deepEqual([reply.status, errorOf(reply).code], [status, code], `${path} ${status}`);
      assert.deepEqual(Object.keys(errorOf(reply)).sort(), ['code', 'message', 'param', 'type']);
    }
  }
  const types = ['authentication_error', 'request_too_large', 'invalid_request_error', 'invalid_request_error'];
  for (const [index, [ask, status]] of wrong.entries()) {
    const reply = await stage.ask({ ...ask, path: '/v1/messages' });
    const { type, error, request_id: id } = JSON.parse(reply.text);
    assert.deepEqual([reply.status, type, id], [status, 'error', reply.headers['x-request-id']]);
    assert.equal(error.type, [...types, 'invalid_request_error', 'not_found_error'][index], error.message);
  }
  assert.equal(stage.seen.length, 0);
});

test('a client that breaks off while it asks for another protocol does no harm', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const { hostname, port } = new URL(stage.gateway.url);
  for (let times = 0; times < 20; times += 1) {
    const socket = connect(Number(port), hostname).on('error', () => {});
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket';
    await new Promise<void>((resolve) =>
      socket.write(`GET /v1/responses HTTP/1.1\r\nHost: ${hostname}\r\n${upgrade}\r\n\r\n`, () => resolve()),
    );
    await sleep(times % 3);
    socket.resetAndDestroy();
  }
  assert.equal((await stage.ask()).status, 200);
});

test('a client that offers HTTP/2 beside its request, as Java does, is answered in HTTP/1.1', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAARAAAAA' };
  const reply = await stage.ask({ headers });
  assert.equal(reply.status, 200);
  assert.match(reply.text, /response\.completed/);
  assert.equal((await stage.ask({ headers, token: null })).status, 401);
});

test('packed requests are unpacked', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  for (const [encoding, pack] of [
    ['zstd', zstdCompressSync],
    ['gzip', gzipSync],
  ] as const) {
    const reply = await stage.ask({ body: pack(Buffer.from(CHAT('one'))), headers: { 'content-encoding': encoding } });
    assert.equal(reply.status, 200, encoding);
  }
  assert.equal((await stage.ask({ body: 'x', headers: { 'content-encoding': 'gzip' } })).status, 400);
  assert.equal((await stage.ask({ headers: { 'content-encoding': 'rot13' } })).status, 400);
});
