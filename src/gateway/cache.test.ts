import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { chunk, lastEntry, staged } from './testing/stage.ts';

/** A session's history, long enough to be worth a cache. */
const history = (turns: number): string =>
  JSON.stringify({
    model: 'both',
    stream: true,
    prompt_cache_key: 'key-of-the-session',
    input: Array.from({ length: turns }, (_, at) => ({ role: 'user', content: `${at} ${'word '.repeat(900)}` })),
  });

function answer(response: ServerResponse, prompt: number, cached: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: 3,
    total_tokens: prompt + 3,
    prompt_tokens_details: { cached_tokens: cached },
  };
  response.end(`${chunk('ok', 'stop')}data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`);
}

test('after a failover a session stays with the new holder, and the ledger says what the move cost', async (t) => {
  let cached = 0;
  let firstIsUp = true;
  const stage = await staged(t, ({ url }, response) => {
    if (url.startsWith('/v1/') && !firstIsUp) response.writeHead(529).end('{"error":{"message":"busy"}}');
    else answer(response, 12_000, cached);
  });
  const turn = async (turns: number, hits: number, headers: Record<string, string> = {}) => {
    cached = hits;
    const reply = await stage.ask({ body: history(turns), headers: { 'session-id': 's', ...headers } });
    assert.equal(reply.status, 200, reply.text);
    const entry = await lastEntry(stage, String(reply.headers['x-request-id']));
    return { served: reply.headers['x-plugboard-model'], attempts: entry.attempts.length, broken: entry.cacheBreak };
  };

  assert.deepEqual(await turn(1, 0), { served: 'one', attempts: 1, broken: undefined });
  assert.deepEqual(await turn(2, 11_000), { served: 'one', attempts: 1, broken: undefined });
  firstIsUp = false;
  const moved = await turn(3, 0);
  assert.deepEqual([moved.served, moved.attempts], ['two', 2]);
  assert.deepEqual(moved.broken, { cause: 'moved', from: 'chat/m-one', why: 'failed', lostTokens: 11_000 });
  firstIsUp = true;
  assert.deepEqual(await turn(4, 11_000), { served: 'two', attempts: 1, broken: undefined });
  const other = await turn(1, 0, { 'session-id': 'another' });
  assert.deepEqual(other, { served: 'one', attempts: 1, broken: undefined });

  // The body is what it was, and longer: so it was the provider that forgot.
  const forgotten = await turn(5, 0);
  assert.equal(forgotten.served, 'two');
  assert.ok(forgotten.broken?.cause === 'evicted', JSON.stringify(forgotten.broken));
  assert.ok(forgotten.broken.of > 15_000);
});

test('a client without a cache key that names its session gets the same key for each of its requests, where keys are known', async (t) => {
  const stage = await staged(t, (_, response) => response.writeHead(400).end('{"error":{"message":"no"}}'));
  const keyFor = async (model: string, headers: Record<string, string>, members: object = {}): Promise<unknown> => {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }], ...members });
    await stage.ask({ path: '/v1/chat/completions', body, headers });
    return JSON.parse(stage.seen.at(-1)?.body ?? '{}').prompt_cache_key;
  };
  const key = await keyFor('native', { 'x-session-id': 'of a person' });
  assert.match(String(key), /^[0-9a-f]{32}$/, 'a digest: the name is its own affair');
  assert.equal(await keyFor('native', { 'x-session-id': 'of a person' }), key);
  assert.notEqual(await keyFor('native', { 'x-session-id': 'another' }), key);
  assert.equal(await keyFor('native', { 'x-session-id': 'of a person' }, { prompt_cache_key: 'own' }), 'own');
  assert.equal(await keyFor('native', {}), undefined);
  assert.equal(await keyFor('one', { 'x-session-id': 'of a person' }), undefined, 'where they are not known');
});
