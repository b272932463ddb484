import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startGateway } from '../../gateway/start.ts';
import { callGateway } from '../gateway-client.ts';
import { bench, type TestBench } from '../testing/context.ts';

const CONFIG = `providers:
  work: { protocol: openai-chat, base_url: "http://127.0.0.1:1/v1" }
  off: { preset: deepseek, api_key: "\${NOT_SET}" }
models:
  - { slug: dear, provider: work, context_window: 200000, price: { input: 10, output: 50 } }
  - { slug: cheap, provider: work, context_window: 200000, price: { input: 1, output: 5 } }
  - { slug: small, provider: work, context_window: 5000, price: { input: 0.1, output: 0.5 } }
  - { slug: away, provider: off }
routes:
  r: { strategy: cheapest, targets: [dear, cheap, small, away] }
  alone: { targets: [away] }
default_model: r
`;

function configured(t: TestContext, environment: Record<string, string> = {}): TestBench {
  const made = bench(t, environment);
  mkdirSync(made.home);
  writeFileSync(join(made.home, 'config.yaml'), CONFIG);
  return made;
}

test('every candidate with its score, or the rule that shut it out; nothing is called', async (t) => {
  const { run, said } = configured(t);
  assert.equal(await run('route', 'explain', 'mend the parser'), 0, said.err);
  for (const words of [
    /^asked for {3}r$/m,
    /^request {5}a turn that begins a session, about 600\d tokens in$/m,
    /^planned by {2}the configuration alone: no gateway runs/m,
    /^ *1 +cheap +work\/cheap +200k +\$0\.0085\d* +0\.0085\d+ +- +About \$0\.0085/m,
    /^ *2 +dear +work\/dear +200k +\$0\.08/m,
    /^ *- +small +work\/small +5000 .* context-window: About 600\d tokens and a reply do not fit its window of 5000\.$/m,
    /^ *- +away .* It is out of reach: its provider off is off/m,
    /No model was called\./,
    /The route "r" \(cheapest\) gives cheap, then dear\./,
  ]) {
    assert.match(said.out, words);
  }
});

test('a model by name, a route without any target, and a name that nobody knows', async (t) => {
  const { run, said } = configured(t);
  assert.equal(await run('route', 'explain', 'x', '--model', 'small', '--json'), 0, said.err);
  const { candidates, by } = JSON.parse(said.out);
  assert.equal(by, 'configuration');
  assert.deepEqual(
    candidates.map(({ slug, place }: { slug: string; place: number }) => [slug, place]),
    [['small', 1]],
  );
  said.out = '';
  assert.equal(await run('route', 'explain', 'x', '-m', 'alone'), 1);
  assert.match(said.out, /^problem {5}No target of the route "alone" can serve now\./m);
  said.out = '';
  assert.equal(await run('route', 'explain', 'x', '-m', 'chaep'), 1);
  assert.match(said.out, /^problem {5}The model "chaep" is unknown\. The nearest: cheap/m);
});

test('a model that only a rule names says so, and nothing to choose from is said in words', async (t) => {
  const made = bench(t);
  mkdirSync(made.home);
  const ruled = CONFIG.replace(
    'targets: [away] }',
    'targets: [dear], rules: [{ when: [title, memory], use: cheap }] }',
  );
  writeFileSync(join(made.home, 'config.yaml'), ruled);
  assert.equal(await made.run('route', 'explain', 'x', '-m', 'alone'), 0, made.said.err);
  assert.match(made.said.out, /^ *- +cheap .* Only for calls of the kind title, memory, by a rule of "alone"\.$/m);
  writeFileSync(join(made.home, 'config.yaml'), '');
  assert.equal(await made.run('route', 'explain', 'x'), 1);
  assert.match(made.said.out, /^problem {5}No model was asked for, and no model is configured yet\./m);
});

test('the policy that keeps a model out is named with its place', async (t) => {
  const made = bench(t);
  mkdirSync(made.home);
  writeFileSync(join(made.home, 'config.yaml'), `${CONFIG}policy: { allowed_models: [dear] }\n`);
  assert.equal(await made.run('route', 'explain', 'x'), 0, made.said.err);
  assert.match(made.said.out, /^policy {6}policy\.allowed_models \(config\.yaml, line \d+\): only dear\.$/m);
  assert.match(made.said.out, /^ *- +cheap .* fence: /m);
});

test('a limit of cost keeps the dear ones out, and is named', async (t) => {
  const made = bench(t);
  mkdirSync(made.home);
  writeFileSync(join(made.home, 'config.yaml'), `${CONFIG}policy: { max_cost_usd: 0.02 }\n`);
  assert.equal(await made.run('route', 'explain', 'x'), 0, made.said.err);
  assert.match(made.said.out, /^ *1 +cheap /m);
  assert.match(made.said.out, /^ *- +dear .* budget: "dear" would cost about \$0\.085: policy\.max_cost_usd/m);
});

test('a gateway that runs plans by what it knows, and tells it to nobody without its token', async (t) => {
  const environment: Record<string, string> = {};
  const made = configured(t, environment);
  const gateway = await startGateway(
    {
      version: '0',
      environment: {},
      places: { home: made.home, codexHome: made.codexHome },
      port: 0,
      logLevel: 'silent',
    },
    () => {},
  );
  t.after(() => gateway.stop());
  assert.equal(await made.run('route', 'explain', 'x'), 0, made.said.err);
  assert.match(made.said.out, /^planned by {2}the running gateway/m);
  assert.match(made.said.out, /^ *1 +cheap /m);
  made.said.out = '';
  environment['PLUGBOARD_MAX_COST_USD'] = '0.0001';
  assert.equal(
    await made.run('route', 'explain', 'x'),
    1,
    'what the variable of the command asks for holds there, too',
  );
  assert.match(made.said.out, /^planned by {2}the running gateway/m);
  assert.match(
    made.said.out,
    /budget: "cheap" would cost about .* PLUGBOARD_MAX_COST_USD allows \$0\.0001 for a request/,
  );
  const ask = { method: 'POST', path: '/admin/explain', timeoutMs: 5_000 } as const;
  const stranger = await callGateway({ url: gateway.url }, { ...ask, body: { prompt: 'x' } });
  assert.equal(stranger.status, 401);
  const wrong = await callGateway(gateway, { ...ask, body: { prompt: 7 } });
  assert.deepEqual(
    [wrong.status, /^Expected \{"prompt": TEXT\}/.test(JSON.parse(wrong.text).error.message)],
    [400, true],
  );
});
