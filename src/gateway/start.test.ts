import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway } from './start.ts';
import { CHAT, call, chunk, errorOf, KEY, lastEntry, say, staged } from './testing/stage.ts';

test('a streamed call: translated, told in the headers, recorded with its tags', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const reply = await stage.ask({
    headers: { 'x-plugboard-tag': ['night', 'run-7'], 'X-Team': 'blue', 'session-id': 's-1' },
  });
  assert.equal(reply.status, 200);
  assert.match(reply.text, /event: response\.completed/);
  const { headers } = reply;
  assert.deepEqual(
    [
      headers['x-plugboard-route'],
      headers['x-plugboard-model'],
      headers['x-plugboard-provider'],
      headers['x-plugboard-attempts'],
    ],
    ['one', 'one', 'chat', '1'],
  );
  assert.equal(headers['openai-model'], undefined);
  assert.equal(headers['x-accel-buffering'], 'no');
  const entry = await lastEntry(stage);
  assert.equal(entry.requestId, headers['x-request-id']);
  assert.deepEqual([...entry.tags], ['night', 'run-7', 'x-team=blue']);
  assert.deepEqual(
    [entry.outcome, entry.sessionId, entry.path, entry.usage?.freshInput],
    ['completed', 's-1', 'translated', 12],
  );
  assert.doesNotMatch(stage.log(), /hello|key-of-the-test/);
});

test('a session is kept at one server by the header that the provider wants', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const body = JSON.stringify({ model: 'two', stream: true, input: 'hello', prompt_cache_key: 'session-7' });
  assert.equal((await stage.ask({ body })).status, 200);
  assert.equal((await stage.ask()).status, 200);
  const [other, plain] = stage.seen;
  assert.equal(other?.headers['x-session-affinity'], 'session-7');
  assert.doesNotMatch(other?.body ?? '', /session-7/);
  assert.equal(plain?.headers['x-session-affinity'], undefined);
});

test('a unary call is the fold of the stream', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const reply = await stage.ask({ body: JSON.stringify({ model: 'one', input: 'hello' }) });
  const body = JSON.parse(reply.text);
  assert.equal(body.output[0].content[0].text, 'hello');
  assert.equal(body.usage.input_tokens, 12);
  assert.equal(JSON.parse(stage.seen[0]?.body ?? '{}').stream, true);
});

test('a fallback serves when the first target fails, and both attempts are recorded', async (t) => {
  const stage = await staged(t, ({ url }, response) => {
    if (url.startsWith('/v1/')) response.writeHead(503).end('{"error":{"message":"at capacity"}}');
    else say(response);
  });
  const reply = await stage.ask({ body: CHAT('both') });
  assert.deepEqual(
    [reply.status, reply.headers['x-plugboard-model'], reply.headers['x-plugboard-attempts']],
    [200, 'two', '2'],
  );
  const entry = await lastEntry(stage);
  assert.deepEqual(
    entry.attempts.map((attempt) => attempt.failure?.kind),
    ['overloaded', undefined],
  );
});

test('where all targets fail, the headers name the last', async (t) => {
  const stage = await staged(t, (_, response) => {
    response.writeHead(503).end('{"error":{"message":"at capacity"}}');
  });
  for (const stream of [true, false]) {
    const reply = await stage.ask({ body: JSON.stringify({ model: 'both', stream, input: 'hello' }) });
    const { headers } = reply;
    assert.deepEqual(
      [headers['x-plugboard-route'], headers['x-plugboard-model'], headers['x-plugboard-provider']],
      ['both', 'two', 'other'],
    );
    assert.equal(headers['x-plugboard-attempts'], '2');
  }
});

test("Codex's login goes to chatgpt alone; what it tells of the working tree to its maker's services alone", async (t) => {
  const native =
    'data: {"type":"response.completed","response":{"id":"r","status":"completed","output":[],"usage":null}}\n\n';
  const stage = await staged(t, ({ url }, response) => {
    if (url.endsWith('/responses')) response.writeHead(200, { 'content-type': 'text/event-stream' }).end(native);
    else say(response);
  });
  const login = 'Bearer made-up-login';
  const secrets = { client_metadata: { 'x-codex-turn-metadata': '{"workspaces":"/home/me"}' } };
  for (const model of ['own', 'native', 'one']) {
    await stage.ask({
      token: null,
      body: JSON.stringify({ model, stream: true, input: 'hello', ...secrets }),
      headers: {
        'x-api-key': stage.gateway.token,
        authorization: login,
        'chatgpt-account-id': 'account',
        'x-codex-turn-metadata': '{"workspaces":"/home/me"}',
      },
    });
  }
  const [own, openai, other] = stage.seen;
  assert.deepEqual([own?.headers.authorization, own?.headers['chatgpt-account-id']], [login, 'account']);
  assert.ok(own?.headers['x-codex-turn-metadata']);
  assert.match(own?.body ?? '', /"model":"gpt".*client_metadata/);
  assert.equal(openai?.headers.authorization, `Bearer ${KEY}`);
  assert.match(openai?.body ?? '', /client_metadata/);
  assert.equal(other?.headers.authorization, `Bearer ${KEY}`);
  for (const call of [own, openai, other]) assert.doesNotMatch(JSON.stringify(call), new RegExp(stage.gateway.token));
  for (const call of [openai, other]) assert.doesNotMatch(JSON.stringify(call?.headers), /made-up|account|home/);
  assert.doesNotMatch(other?.body ?? '', /home/);
  assert.doesNotMatch(stage.log(), /made-up/);
});

test('without its own login Codex is told to log in', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const reply = await stage.ask({ body: CHAT('own'), headers: { originator: 'codex_exec' } });
  assert.deepEqual([reply.status, errorOf(reply).code], [400, 'invalid_prompt']);
  assert.match(errorOf(reply).message, /codex login/);
});

test('a reply of a native provider goes through byte for byte', async (t) => {
  const bytes = `: hello\r\n\r\nevent: x\r\ndata: {"type":"response.output_text.delta","delta":"hi"}\r\n\r\ndata: {"type":"response.completed","response":{"id":"r","status":"completed","output":[],"usage":{"input_tokens":5,"output_tokens":1,"total_tokens":6}}}\r\n\r\n`;
  const stage = await staged(t, (_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(bytes),
  );
  const body = '{ "model" : "native", "stream":true,  "input":"hello", "unknown": [1,  2] }';
  const reply = await stage.ask({ body });
  assert.equal(reply.text, bytes);
  assert.equal(stage.seen[0]?.body, body.replace('"native"', '"gpt"'));
  const entry = await lastEntry(stage);
  assert.deepEqual([entry.path, entry.outcome, entry.usage?.freshInput], ['bytes', 'completed', 5]);
});

test('a unary reply of a native provider goes through byte for byte', async (t) => {
  const bytes = `{ "id": "r", "status" : "completed", "output": [ {"type":"message","role":"assistant","content":[{"type":"output_text","text":"hi","annotations":[]}]} ],
 "usage": {"input_tokens": 5, "output_tokens": 1, "total_tokens": 6}, "unknown": 1 }`;
  const stage = await staged(t, ({ url, body }, response) =>
    url.startsWith('/codex')
      ? response.writeHead(400).end(body)
      : response.writeHead(200, { 'content-type': 'application/json' }).end(bytes),
  );
  const body = '{ "model" : "native",  "input":"hello", "unknown": [1,  2] }';
  const headers = { 'openai-beta': 'more=1', 'x-other': '1', 'user-agent': 'OpenAI/JS 7.55.0' };
  const reply = await stage.ask({ body, headers });
  assert.equal(reply.text, bytes);
  assert.match(String(reply.headers['content-type']), /^application\/json/);
  const [seen] = stage.seen;
  assert.equal(seen?.body, body.replace('"native"', '"gpt"'));
  assert.deepEqual(
    [seen?.headers.accept, seen?.headers['openai-beta'], seen?.headers['x-other'], seen?.headers['user-agent']],
    ['application/json', 'more=1', undefined, undefined],
  );
  const entry = await lastEntry(stage);
  assert.deepEqual(
    [entry.path, entry.outcome, entry.usage?.freshInput, entry.originator],
    ['bytes', 'completed', 5, 'OpenAI/JS'],
  );

  await stage.ask({ body, headers: { ...headers, originator: 'codex_exec' } });
  assert.equal(stage.seen[1]?.headers['openai-beta'], undefined, 'nothing of Codex goes to a provider');
  await stage.ask({
    token: null,
    body: body.replace('native', 'own'),
    headers: { 'x-api-key': stage.gateway.token, authorization: 'Bearer login' },
  });
  assert.match(stage.seen[2]?.body ?? '', /"stream":true/, "Codex's own backend answers nothing but streams");
});

test('a unary reply of bytes that breaks off breaks the connection off', async (t) => {
  const stage = await staged(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(`{"id":"r","output":"${'x'.repeat(300_000)}`, () => setTimeout(() => response.destroy(), 50));
  });
  const asked = stage.ask({ body: '{"model":"native","input":"hello"}' });
  await assert.rejects(asked, /aborted|reset|hang up/);
  const entry = await lastEntry(stage);
  assert.deepEqual([entry.outcome, entry.failureKind], ['failed', 'transport']);
});

test('no key is in an error, and Codex gets the status that makes it show the words', async (t) => {
  const stage = await staged(t, (_, response) => {
    response
      .writeHead(401, { 'content-type': 'application/json' })
      .end(`{"error":{"message":"Incorrect API key provided: ${KEY}."}}`);
  });
  const reply = await stage.ask({ headers: { originator: 'codex_exec' } });
  assert.deepEqual([reply.status, errorOf(reply).code], [400, 'invalid_prompt']);
  assert.match(errorOf(reply).message, /Incorrect API key provided: \*\*\*\. \(provider chat, model m-one\)/);
  const entry = await lastEntry(stage);
  assert.doesNotMatch(JSON.stringify(entry) + stage.log() + reply.text, new RegExp(KEY));
});

test('a client that leaves ends the call to the provider, and is recorded', async (t) => {
  const closed = Promise.withResolvers<void>();
  const stage = await staged(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(chunk('hello'));
    response.on('close', closed.resolve);
  });
  const { outgoing, reply } = call(stage.gateway, {});
  reply.catch(() => {});
  outgoing.on('response', (response) => response.once('data', () => outgoing.destroy()));
  await closed.promise;
  assert.equal((await lastEntry(stage)).outcome, 'cancelled');
});

test('a stop lets an open stream end', async (t) => {
  let finish = (): void => {};
  const stage = await staged(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(chunk('hello'));
    finish = () => void response.end(`${chunk('', 'stop')}data: [DONE]\n\n`);
  });
  const { outgoing, reply } = call(stage.gateway, {});
  await new Promise((resolve) => outgoing.on('response', (response) => response.once('data', resolve)));
  const stopped = stage.gateway.stop();
  await sleep(30);
  await assert.rejects(stage.ask({ method: 'GET', path: '/health' }), 'no new call is taken');
  finish();
  assert.match((await reply).text, /response\.completed/);
  await stopped;
});

test('a changed file is read again, and a request in flight keeps what it began with', async (t) => {
  let finish = (): void => {};
  const stage = await staged(t, ({ body }, response) => {
    if (!body.includes('m-one')) return say(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(chunk('hello'));
    finish = () => void response.end(`${chunk('', 'stop')}data: [DONE]\n\n`);
  });
  const { outgoing, reply } = call(stage.gateway, {});
  await new Promise((resolve) => outgoing.on('response', (response) => response.once('data', resolve)));
  const { readFileSync } = await import('node:fs');
  const file = join(stage.home, 'config.yaml');
  writeFileSync(
    file,
    readFileSync(file, 'utf8')
      .replace('slug: two', 'slug: three')
      .replace('targets: [one, two]', 'targets: [one, three]'),
  );
  for (let tries = 0; (await stage.ask({ body: CHAT('three') })).status !== 200; tries += 1) {
    assert.ok(tries < 100, 'the file was not read again');
    await sleep(30);
  }
  writeFileSync(file, 'models: 7');
  await sleep(300);
  assert.equal((await stage.ask({ body: CHAT('three') })).status, 200, 'a broken file changes nothing');
  finish();
  assert.match((await reply).text, /response\.completed/);
});

test('a port in use is told with the mend', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const port = Number(new URL(stage.gateway.url).port);
  const again = startGateway(
    {
      version: '0',
      environment: { KEY },
      places: { home: stage.home, codexHome: stage.home },
      port,
      logLevel: 'silent',
    },
    () => {},
  );
  await assert.rejects(again, (error) => error instanceof Error && /in use/.test(error.message) && 'mend' in error);
});
