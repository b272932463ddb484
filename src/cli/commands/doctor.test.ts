import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { bench, type TestBench } from '../testing/context.ts';

const KEY = 'sk-very-secret-key-0123456789';

/** A provider that answers everything in one way. */
async function providerThatSays(t: TestContext, status: number, body: string): Promise<string> {
  const server = createServer((_, reply) => reply.writeHead(status, { 'content-type': 'application/json' }).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

function configured(t: TestContext, baseUrl: string): TestBench {
  const cli = bench(t, { WORK_KEY: KEY, PATH: '' });
  mkdirSync(cli.home, { recursive: true });
  mkdirSync(cli.codexHome, { recursive: true });
  const yaml = `server: { port: 1 }
providers:
  work: { protocol: openai-chat, base_url: "${baseUrl}", api_key: "\${WORK_KEY}" }
models:
  - { slug: coder, provider: work, model: big-model, context_window: 128000 }
`;
  writeFileSync(join(cli.home, 'config.yaml'), yaml, { mode: 0o600 });
  return cli;
}

test('names a refused key, a missing Codex and a missing gateway, and fails', async (t) => {
  const cli = configured(t, await providerThatSays(t, 401, `{"error":{"message":"bad key ${KEY}"}}`));
  assert.equal(await cli.run('doctor'), 1);
  assert.match(cli.said.out, /error +Codex was not found/);
  assert.match(cli.said.out, /error +work refuses the key \(401\)/);
  assert.match(cli.said.out, /error +No gateway answers/);
  assert.match(cli.said.out, /mend: Run: plugboard start/);
});

test('--json gives the findings, and the bundle holds no key', async (t) => {
  const cli = configured(t, await providerThatSays(t, 200, '{"data":[{"id":"big-model"}]}'));
  const file = join(cli.home, 'bundle.json');
  await cli.run('doctor', '--json', '--bundle', file);
  const { findings } = JSON.parse(cli.said.out);
  assert.ok(
    findings.some(({ check, level }: { check: string; level: string }) => check === 'provider' && level === 'ok'),
  );
  const bundle = readFileSync(file, 'utf8');
  assert.match(bundle, /"big-model"/);
  assert.doesNotMatch(bundle, new RegExp(KEY));
});

test('a broken configuration is told with its line', async (t) => {
  const cli = bench(t, { PATH: '' });
  mkdirSync(cli.home, { recursive: true });
  writeFileSync(join(cli.home, 'config.yaml'), 'modles: []\n');
  assert.equal(await cli.run('doctor'), 1);
  assert.match(cli.said.err, /config\.yaml:1:1/);
});
