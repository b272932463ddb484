import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Secret } from '../../providers/provider.ts';
import { testProvider } from '../../providers/testing/provider.ts';
import { codexCatalog } from '../catalog.ts';
import { writeProfile } from '../profile.ts';
import type { GatewayAuth } from '../provider-entry.ts';
import { runCodex, type Scratch, scratch } from '../testing/real-codex.ts';
import { type StubGateway, stubGateway } from '../testing/stub-gateway.ts';
import { disable, enable } from './takeover.ts';

const provider = testProvider();
const MODELS = ['first', 'second'].map((slug) => ({
  slug,
  displayName: slug,
  provider,
  upstreamId: slug,
  facts: { contextWindow: 128_000 },
  listed: true,
}));
const INSTRUCTIONS = 'Words of the catalogue.';
const CATALOG = codexCatalog({ models: MODELS, routes: [], defaultModel: 'first' }, { instructions: INSTRUCTIONS });
const TOKEN = { secret: new Secret('pb-test') };
const COMMAND: GatewayAuth = {
  kind: 'command',
  command: process.execPath,
  args: ['-e', 'console.log("pb-test")', '--', 'token', '--start'],
};
const EXEC = ['exec', '--strict-config', '--ephemeral', '--skip-git-repo-check'];
const ORIGINAL = 'model = "gpt-5.5"\nmodel_catalog_json = "gone.json" # mine\n\n[features]\nplugins = false\n';

async function machine(context: TestContext): Promise<{ at: Scratch; gateway: StubGateway; config: string }> {
  const gateway = await stubGateway(CATALOG);
  context.after(gateway.close);
  const at = scratch(context);
  const config = join(at.codexHome, 'config.toml');
  writeFileSync(config, ORIGINAL);
  return { at, gateway, config };
}

test('the real Codex fetches the token by command, then the models, then works', async (context) => {
  const { at, gateway, config } = await machine(context);
  enable(at, { model: 'second', entry: { baseUrl: gateway.baseUrl, auth: COMMAND } });
  const run = await runCodex([...EXEC, 'ping'], at);
  assert.match(run.stdout, /pong/, run.stderr);
  assert.doesNotMatch(run.stderr, /Model metadata for/);
  assert.ok(gateway.requests.some(({ method, path }) => method === 'GET' && path === '/v1/models'));
  const turn = gateway.requests.find(({ method }) => method === 'POST');
  assert.equal(turn?.body?.model, 'second');
  assert.match(JSON.stringify(turn?.body?.input?.[0]), new RegExp(INSTRUCTIONS));
  assert.ok(gateway.requests.every(({ headers }) => headers.authorization === 'Bearer pb-test'));
  disable(at);
  assert.equal(readFileSync(config, 'utf8'), ORIGINAL);
});

test('for Codex our models are all there are, however it proves itself', async (context) => {
  const { at, gateway } = await machine(context);
  writeFileSync(join(at.codexHome, 'auth.json'), JSON.stringify({ OPENAI_API_KEY: 'sk-made-up' }));
  for (const auth of [COMMAND, { kind: 'token', token: TOKEN }, { kind: 'login', token: TOKEN }] as const) {
    enable(at, { model: 'first', entry: { baseUrl: gateway.baseUrl, auth } });
    rmSync(join(at.codexHome, 'models_cache.json'), { force: true });
    const { stdout, stderr } = await runCodex(['debug', 'models'], at);
    const { models }: { models: { slug: string }[] } = JSON.parse(stdout);
    assert.deepEqual(
      models.map(({ slug }) => slug),
      ['first', 'second'],
      `${auth.kind}: ${stderr}`,
    );
  }
});

test('the token in the file does the same for a Codex without commands', async (context) => {
  const { at, gateway } = await machine(context);
  enable(at, { model: 'first', entry: { baseUrl: gateway.baseUrl, auth: { kind: 'token', token: TOKEN } } });
  const run = await runCodex([...EXEC, 'ping'], at);
  assert.match(run.stdout, /pong/, run.stderr);
  assert.deepEqual(
    gateway.requests.map(({ path, headers }) => [path, headers.authorization]),
    [
      ['/v1/models', 'Bearer pb-test'],
      ['/v1/responses', 'Bearer pb-test'],
    ],
  );
});

test("with a login, both go: Codex's own as Authorization, ours as x-api-key", async (context) => {
  const { at, gateway } = await machine(context);
  writeFileSync(join(at.codexHome, 'auth.json'), JSON.stringify({ OPENAI_API_KEY: 'sk-made-up' }));
  enable(at, { model: 'first', entry: { baseUrl: gateway.baseUrl, auth: { kind: 'login', token: TOKEN } } });
  const run = await runCodex([...EXEC, 'ping'], at);
  assert.match(run.stdout, /pong/, run.stderr);
  const turn = gateway.requests.find(({ method }) => method === 'POST');
  assert.equal(turn?.headers.authorization, 'Bearer sk-made-up');
  assert.equal(turn?.headers['x-api-key'], 'pb-test');
});

test('a profile goes to the gateway and leaves the main configuration alone', async (context) => {
  const { at, gateway, config } = await machine(context);
  writeFileSync(config, 'model = "gpt-5.5"\n');
  writeProfile({ ...at, name: 'plugboard', model: 'first', entry: { baseUrl: gateway.baseUrl, auth: COMMAND } });
  const run = await runCodex(['--profile', 'plugboard', ...EXEC, 'ping'], at);
  assert.match(run.stdout, /pong/, run.stderr);
  assert.equal(gateway.requests.find(({ method }) => method === 'POST')?.body?.model, 'first');
  assert.equal(readFileSync(config, 'utf8'), 'model = "gpt-5.5"\n');
});

test('inline providers and a byte order mark are no trouble for Codex either', async (context) => {
  const { at, gateway, config } = await machine(context);
  writeFileSync(config, '\uFEFFmodel_providers = { gw = { name = "G", base_url = "http://127.0.0.1:9" } }\r\n');
  enable(at, { model: 'first', entry: { baseUrl: gateway.baseUrl, auth: COMMAND } });
  const run = await runCodex([...EXEC, 'ping'], at);
  assert.match(run.stdout, /pong/, run.stderr);
});

test("what Codex itself writes meanwhile stays, whatever its writer does to the file's layout", async (context) => {
  const { at, gateway, config } = await machine(context);
  writeFileSync(config, '# mine\nmodel = "gpt-5.5" # best\n\n[tui]\nnotifications = true # yes\n');
  enable(at, { model: 'first', entry: { baseUrl: gateway.baseUrl, auth: COMMAND } });
  for (const args of [
    ['mcp', 'add', 'demo', '--', 'echo', 'hi'],
    ['features', 'enable', 'memories'],
  ]) {
    assert.equal((await runCodex(args, at)).status, 0);
  }
  disable(at);
  const text = readFileSync(config, 'utf8');
  assert.match(text, /^# mine\nmodel = "gpt-5.5" # best\n\n\[tui\]\nnotifications = true # yes\n/);
  assert.match(text, /\[mcp_servers\.demo\]\ncommand = "echo"/);
  assert.match(text, /memories = true/);
  assert.doesNotMatch(text, /plugboard/);
});
