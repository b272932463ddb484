import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createPlainServer, type Server } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Finding } from '../../codex/doctor/finding.ts';
import { say, script } from '../../simulator/script.ts';
import { startSimulator } from '../../simulator/server.ts';
import { bench, type TestBench } from '../testing/context.ts';

/** Each cause is made for real: real files, real servers on this machine, the real command. */

const MODELS = JSON.stringify({ data: [{ id: 'big-model' }, { id: 'other' }] });

/** @returns the port. */
async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A provider with these replies by `METHOD /path`; what is not there is a 404.
 *  @returns its address without a path. */
async function provider(
  t: TestContext,
  replies: { readonly [call: string]: readonly [number, string] },
): Promise<string> {
  const listener: RequestListener = (request, reply) => {
    const [status, body] = replies[`${request.method} ${request.url}`] ?? [404, 'not found'];
    reply.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(body);
  };
  return `http://127.0.0.1:${await listening(t, createServer(listener))}`;
}

function configured(t: TestContext, yaml: string): TestBench {
  const cli = bench(t, { PATH: '' });
  mkdirSync(cli.home, { recursive: true });
  mkdirSync(cli.codexHome, { recursive: true });
  writeFileSync(join(cli.home, 'config.yaml'), `server: { port: 1 }\n${yaml}`, { mode: 0o600 });
  return cli;
}

const work = (members: string): string => `providers: { work: { api_key: key-of-the-test, ${members} } }
models: [{ slug: coder, provider: work, model: big-model, context_window: 128000 }]
`;

/** What the doctor says beyond the gateway and Codex, which are not there. */
async function troubles(cli: TestBench): Promise<Finding[]> {
  await cli.run('doctor', '--json');
  const { findings }: { findings: Finding[] } = JSON.parse(cli.said.out);
  return findings.filter(({ level, check }) => level !== 'ok' && check !== 'codex-missing' && check !== 'gateway-down');
}

async function expect(cli: TestBench, check: string, words: RegExp): Promise<void> {
  const found = await troubles(cli);
  assert.deepEqual(
    found.map((finding) => finding.check),
    [check],
    JSON.stringify(found),
  );
  assert.match(`${found[0]?.cause} ${found[0]?.mend}`, words);
}

for (const protocol of ['openai-chat', 'openai-responses', 'anthropic-messages'] as const) {
  const endpoint = {
    'openai-chat': 'chat/completions',
    'openai-responses': 'responses',
    'anthropic-messages': 'messages',
  }[protocol];
  const whole = { 'GET /v1/models': [200, MODELS], [`POST /v1/${endpoint}`]: [400, '{}'] } as const;

  test(`${protocol}: a base URL as it should be, and its slips`, async (t) => {
    const at = await provider(t, whole);
    const cli = (path: string): TestBench => configured(t, work(`protocol: ${protocol}, base_url: "${at}${path}"`));
    assert.deepEqual(await troubles(cli('/v1')), []);
    await expect(cli(''), 'provider-404', new RegExp(`stands before /${endpoint}.*${at}/v1`));
    await expect(cli('/v1/v1'), 'provider-path', /has \/v1 twice.*Use base_url: http:\S+\d\/v1$/);
    await expect(cli(`/v1/${endpoint}`), 'provider-path', /which Plugboard adds itself.*Use base_url: http:\S+\d\/v1$/);
    await expect(cli('/api'), 'provider-404', /has nothing at/);
  });
}

test('a site that answers every path with a page is no provider', async (t) => {
  const page = [200, '<html>Welcome</html>'] as const;
  const at = await provider(t, { 'GET /models': page });
  await expect(configured(t, work(`protocol: openai-chat, base_url: "${at}"`)), 'provider-404', /\/v1/);
});

test('a provider that is Chat-only', async (t) => {
  for (const status of [404, 405, 501]) {
    const at = await provider(t, { 'GET /v1/models': [200, MODELS], 'POST /v1/responses': [status, '{}'] });
    const cli = configured(t, work(`protocol: openai-responses, base_url: "${at}/v1"`));
    await expect(cli, 'provider-chat-only', /Set protocol: openai-chat/);
  }
});

for (const [status, check] of [
  [401, 'provider-401'],
  [402, 'provider-402'],
  [403, 'provider-403'],
  [429, 'provider-429'],
  [503, 'provider-5xx'],
  [400, 'provider-status'],
] as const) {
  test(`${status}, from the list or, where there is none, from the endpoint`, async (t) => {
    const list = await provider(t, { 'GET /v1/models': [status, '{}'] });
    await expect(configured(t, work(`protocol: openai-chat, base_url: "${list}/v1"`)), check, new RegExp(`${status}`));
    if (status === 400) return;
    const endpoint = await provider(t, { 'POST /v1/chat/completions': [status, '{}'] });
    await expect(
      configured(t, work(`protocol: openai-chat, base_url: "${endpoint}/v1"`)),
      check,
      new RegExp(`${status}`),
    );
  });
}

test('a model that the provider does not list', async (t) => {
  const at = await provider(t, { 'GET /v1/models': [200, '{"data":[{"id":"bigger-model"}]}'] });
  await expect(configured(t, work(`protocol: openai-chat, base_url: "${at}/v1"`)), 'model-absent', /bigger-model/);
});

test('a server that is not there, a name that is none', async (t) => {
  const gone = `http://127.0.0.1:${await closedPort()}`;
  await expect(
    configured(t, work(`protocol: openai-chat, base_url: "${gone}/v1"`)),
    'provider-unreachable',
    /refuses connections/,
  );
  const nowhere = 'https://nowhere.invalid/v1';
  await expect(
    configured(t, work(`protocol: openai-chat, base_url: "${nowhere}"`)),
    'provider-unreachable',
    /cannot be resolved/,
  );
});

test('a proxy that is not there, or that refuses', async (t) => {
  const at = await provider(t, { 'GET /v1/models': [200, MODELS] });
  const through = (proxy: string, base: string): TestBench =>
    configured(t, work(`protocol: openai-chat, base_url: "${base}/v1", proxy: "${proxy}"`));
  await expect(through(`http://127.0.0.1:${await closedPort()}`, at), 'provider-proxy', /proxy/);
  const refuses = createServer((_, reply) => reply.writeHead(407).end());
  refuses.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
  const refusing = `http://127.0.0.1:${await listening(t, refuses)}`;
  await expect(through(refusing, 'https://llm.example.com'), 'provider-proxy', /proxy/);
});

test('a certificate that nobody vouches for, and http behind https', async (t) => {
  const plain = (await provider(t, { 'GET /v1/models': [200, MODELS] })).replace('http:', 'https:');
  await expect(configured(t, work(`protocol: openai-chat, base_url: "${plain}/v1"`)), 'provider-tls', /http:/);
  const cli = configured(t, '');
  const [key, cert] = [join(cli.home, 'key.pem'), join(cli.home, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  if (spawnSync('openssl', [...made, '-keyout', key, '-out', cert, ...subject]).status !== 0) {
    t.diagnostic('not run: no certificate can be made because openssl is missing');
    return;
  }
  const answers: RequestListener = (_, reply) => reply.writeHead(200, { connection: 'close' }).end(MODELS);
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answers);
  const at = `https://127.0.0.1:${await listening(t, server)}/v1`;
  await expect(configured(t, work(`protocol: openai-chat, base_url: "${at}"`)), 'provider-tls', /ca_file/);
  const trusting = configured(t, work(`protocol: openai-chat, base_url: "${at}", ca_file: ${JSON.stringify(cert)}`));
  assert.deepEqual(await troubles(trusting), []);
});

test('Ollama: not running, not pulled, pulled without its tag, a window smaller than it is said to be', async (t) => {
  const simulator = await startSimulator({
    scenario: () => script([say('hello')]),
    models: ['llama3.1:latest', 'qwen3:4b'],
    contextWindow: 4_096,
    ollama: { version: '0.12.0' },
  });
  t.after(() => simulator.close());
  const ollama = (url: string, model: string, more = ''): TestBench =>
    configured(
      t,
      `providers: { local: { preset: ollama, base_url: "${url}/v1" } }
models: [{ slug: l, provider: local, model: "${model}"${more} }]
`,
    );
  const gone = `http://127.0.0.1:${await closedPort()}`;
  await expect(ollama(gone, 'llama3.1'), 'provider-not-running', /Ollama is not running/);
  const found = await troubles(ollama(simulator.url, 'gemma3:4b'));
  assert.deepEqual(
    found.map(({ check }) => check),
    ['model-not-pulled'],
  );
  assert.match(found[0]?.mend ?? '', /ollama pull gemma3:4b.*llama3\.1:latest/);
  await expect(ollama(simulator.url, 'llama3.1'), 'window-below-prompt', /4096 tokens.*OLLAMA_CONTEXT_LENGTH/);
  await expect(ollama(simulator.url, 'qwen3:4b', ', context_window: 131072'), 'window-below-prompt', /4096/);
});

test("Codex's own files: every slip in one config, and a project's", async (t) => {
  const at = await provider(t, { 'GET /v1/models': [200, MODELS] });
  const cli = configured(t, work(`protocol: openai-chat, base_url: "${at}/v1"`));
  writeFileSync(
    join(cli.codexHome, 'config.toml'),
    `model_provider = "gone"
[model_providers.ollama]
name = "O"
base_url = "http://127.0.0.1:11434/v1"
[model_providers.chat]
name = "C"
base_url = "http://127.0.0.1:1"
wire_api = "chat"
env_key = "KEY_THAT_IS_NOT_SET"
`,
  );
  const checks = (await troubles(cli)).map(({ check }) => check);
  assert.deepEqual(checks, ['provider-without-table', 'reserved-id', 'wire-api', 'base-url-path', 'env-key']);
});

test('a Codex that is too old, and its background process with the variables of another time', async (t) => {
  const at = await provider(t, { 'GET /v1/models': [200, MODELS] });
  const tools = join(configured(t, '').home, 'bin');
  mkdirSync(tools);
  const answer = process.platform === 'win32' ? '@echo codex-cli 0.98.0\r\n' : '#!/bin/sh\necho codex-cli 0.98.0\n';
  writeFileSync(join(tools, process.platform === 'win32' ? 'codex.cmd' : 'codex'), answer, { mode: 0o755 });
  const cli = bench(t, { PATH: tools, GW_KEY: 'new' });
  for (const folder of [cli.home, join(cli.codexHome, 'app-server-daemon')]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(cli.home, 'config.yaml'), work(`protocol: openai-chat, base_url: "${at}/v1"`), { mode: 0o600 });
  const entry = '[model_providers.gw]\nname = "G"\nbase_url = "http://127.0.0.1:1/v1"\nenv_key = "GW_KEY"\n';
  writeFileSync(join(cli.codexHome, 'config.toml'), entry);
  // This process plays the daemon: it runs, and never had the variable.
  const record = { pid: process.pid, processStartTime: new Date(0).toISOString() };
  writeFileSync(join(cli.codexHome, 'app-server-daemon', 'daemon.pid'), JSON.stringify(record));
  const checks = (await troubles(cli)).map(({ check }) => check);
  assert.ok(checks.includes('codex-too-old'), checks.join());
  assert.ok(checks.includes('daemon-stale'), checks.join());
});

/** A port where nothing listens. */
async function closedPort(): Promise<number> {
  const server = createPlainServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 1;
}
