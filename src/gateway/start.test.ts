import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { openLedgerReader } from '../storage/ledger-reader.ts';
import { type Gateway, startGateway } from './start.ts';

type Seen = { readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string };
type Reply = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly text: string };
type Stage = {
  readonly gateway: Gateway;
  readonly home: string;
  readonly seen: Seen[];
  readonly log: () => string;
  readonly ask: (options?: Ask) => Promise<Reply>;
};
type Ask = {
  readonly path?: string;
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string | string[]>;
  readonly token?: string | null;
};

const CHAT = (model: string) => JSON.stringify({ model, stream: true, input: 'hello' });
const KEY = 'key-of-the-test-0123456789';

/** A gateway before an upstream that answers as the test says. */
async function staged(t: TestContext, answer: (request: Seen, response: ServerResponse) => void): Promise<Stage> {
  const seen: Seen[] = [];
  const upstream = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const call = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces).toString() };
      if (request.method === 'GET') return void response.writeHead(404).end();
      seen.push(call);
      answer(call, response);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const address = upstream.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const home = mkdtempSync(join(tmpdir(), 'plugboard-gateway-'));
  writeFileSync(
    join(home, 'config.yaml'),
    `server: { allowed_hosts: [gateway.example], tag_headers: [X-Team], body_limit: 1MB }
providers:
  chat: { protocol: openai-chat, base_url: "${url}/v1", api_key: "\${KEY}" }
  other: { protocol: openai-chat, base_url: "${url}/other", api_key: "\${KEY}" }
  openai: { preset: openai, base_url: "${url}/native", api_key: "\${KEY}" }
  chatgpt: { preset: chatgpt, base_url: "${url}/codex" }
models:
  - { slug: one, provider: chat, model: m-one }
  - { slug: two, provider: other, model: m-two }
  - { slug: native, provider: openai, model: gpt }
  - { slug: own, provider: chatgpt, model: gpt }
routes:
  both: { strategy: fallback, targets: [one, two] }
`,
  );
  let log = '';
  const gateway = await startGateway(
    {
      version: '0',
      environment: { KEY },
      places: { home, codexHome: join(home, 'codex') },
      port: 0,
      log: {
        write: (line) => {
          log += line;
        },
      },
    },
    () => {},
  );
  t.after(async () => {
    await gateway.stop();
    upstream.closeAllConnections();
    upstream.close();
    rmSync(home, { recursive: true, force: true });
  });
  return { gateway, home, seen, log: () => log, ask: (options = {}) => call(gateway, options).reply };
}

function call(
  gateway: Gateway,
  { path = '/v1/responses', method = 'POST', body = CHAT('one'), headers = {}, token = gateway.token }: Ask,
) {
  const outgoing = send(gateway.url + path, {
    method,
    agent: false,
    headers: {
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });
  const reply = new Promise<Reply>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on('error', reject);
    });
  });
  outgoing.end(method === 'POST' ? body : undefined);
  return { outgoing, reply };
}

const chunk = (text: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content: text }, finish_reason: finish }] })}\n\n`;
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}\n\n';

function say(response: ServerResponse, text = 'hello'): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'openai-model': 'another' });
  response.end(`${chunk(text)}${chunk('', 'stop')}${USAGE}data: [DONE]\n\n`);
}

const errorOf = (reply: Reply): { message: string; code: string; type: string } => JSON.parse(reply.text).error;

async function lastEntry(stage: Stage) {
  const opened = openLedgerReader(join(stage.home, 'plugboard.db'));
  assert.ok(opened.ok);
  try {
    for (let tries = 0; tries < 100; tries += 1) {
      const [entry] = await opened.reader.list({ limit: 1 });
      if (entry !== undefined) return entry;
      await sleep(20);
    }
    return assert.fail('no ledger entry');
  } finally {
    await opened.reader.close();
  }
}

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
  assert.equal((await stage.ask({ method: 'HEAD' })).status, 200);
  const messages = await stage.ask({ path: '/v1/messages' });
  assert.equal(messages.status, 501);
  assert.equal(JSON.parse(messages.text).type, 'error');
  const chat = await stage.ask({ path: '/v1/chat/completions' });
  assert.match(errorOf(chat).message, /later version/);
  const upgrade = await call(stage.gateway, { method: 'GET', headers: { connection: 'Upgrade', upgrade: 'websocket' } })
    .reply;
  assert.equal(upgrade.status, 426);
  for (const path of ['/metrics', '/dispatch/state', '/']) {
    assert.equal((await stage.ask({ method: 'GET', path })).status, 501);
  }
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
