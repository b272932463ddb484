import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findPreset } from '../../providers/presets/presets.ts';
import { demoScenario } from '../../simulator/demo.ts';
import { startSimulator } from '../../simulator/server.ts';
import { readConfiguration, readPolicy } from '../configuration.ts';
import type { Questions } from '../init/questions.ts';
import { bench, type TestBench } from '../testing/context.ts';
import { configure } from './init.ts';

test('without a terminal it wants --yes', async (t) => {
  const { run, said } = bench(t);
  assert.equal(await run('init'), 2);
  assert.match(said.err, /mend: plugboard init --yes/);
});

test('a key in the environment becomes a provider, a model and the default route', async (t) => {
  const made = bench(t, { DEEPSEEK_API_KEY: 'sk-secret-1' });
  withoutLocalServers(made);
  assert.equal(await made.run('init', '--yes'), 0, made.said.err);
  const file = join(made.home, 'config.yaml');
  const text = readFileSync(file, 'utf8');
  assert.match(text, /api_key: "\$\{DEEPSEEK_API_KEY\}"/);
  assert.ok(!text.includes('sk-secret-1') && !made.said.out.includes('sk-secret-1'));
  assert.equal(readConfiguration(made.context).defaultModel, 'codex-default');
  assert.match(made.said.out, /keys stand in this shell only.*\.env/);
  assert.match(made.said.out, /Next: npm install -g @openai\/codex, then: plugboard codex\n$/);
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('one key is offered once, with the other doors of its maker; a plan has a key of its own', async (t) => {
  const made = bench(t, { ZAI_API_KEY: 'k1', ALIBABA_CODING_PLAN_API_KEY: 'k2', LONGCAT_API_KEY: 'k3' });
  withoutLocalServers(made);
  assert.equal(await made.run('init', '--yes'), 0, made.said.err);
  assert.match(made.said.out, /Z\.ai \(GLM\): the key in ZAI_API_KEY; if .* write preset: zai-anthropic, zai-coding\n/);
  const snapshot = readConfiguration(made.context);
  assert.deepEqual([...snapshot.providers.keys()].toSorted(), ['longcat', 'qwen-coding', 'zai']);
  assert.deepEqual(snapshot.models.map((model) => model.slug).toSorted(), [
    'glm-5.3',
    'glm-5.3-flash',
    'longcat-2.0',
    'plan-qwen3-coder-plus',
  ]);
});

test('a file that init wrote when it found nothing gives way once there is a key', async (t) => {
  const made = bench(t);
  withoutLocalServers(made);
  assert.equal(await made.run('init', '--yes'), 0, made.said.err);
  assert.match(made.said.out, /0 models\..*then: plugboard init\n$/s);
  writeFileSync(join(made.home, '.env'), 'DEEPSEEK_API_KEY=k\n', { mode: 0o600 });
  assert.equal(await made.run('init', '--yes'), 0, made.said.err);
  assert.equal(readConfiguration(made.context).defaultModel, 'codex-default');
  assert.deepEqual(
    readdirSync(made.home).filter((name) => name.startsWith('config.yaml')),
    ['config.yaml'],
  );
});

test('a file that is there stays, byte for byte', async (t) => {
  const made = bench(t, { DEEPSEEK_API_KEY: 'k' });
  mkdirSync(made.home);
  const file = join(made.home, 'config.yaml');
  writeFileSync(file, '# mine\n');
  assert.equal(await made.run('init', '--yes'), 0);
  assert.equal(readFileSync(file, 'utf8'), '# mine\n');
  assert.match(made.said.out, /is there already and stays as it is/);
});

test('a file that does not load can be replaced, and stands beside the new one then', async (t) => {
  const made = bench(t, { DEEPSEEK_API_KEY: 'k' });
  await withOllama(t, made, ['qwen2.5-coder:3b']);
  const file = join(made.home, 'config.yaml');
  writeFileSync(file, 'providers: { a: [\npolcy: 1\n');
  const yes: Questions = { confirm: async () => true, choose: async (found) => found };
  assert.equal(await configure(yes, false, made.context), 0, made.said.err);
  const { models } = readConfiguration(made.context);
  assert.ok(models.some(({ slug }) => slug === 'local-qwen2.5-coder-3b'));
  const kept = readdirSync(made.home).find((name) => name.startsWith('config.yaml.'));
  assert.equal(readFileSync(join(made.home, kept ?? ''), 'utf8'), 'providers: { a: [\npolcy: 1\n');
});

test('where a file does not load, the policy of the environment holds', async (t) => {
  const made = bench(t, { PLUGBOARD_LOCAL_ONLY: '1' });
  mkdirSync(made.home);
  writeFileSync(join(made.home, 'config.yaml'), 'providers: { a: [\n');
  assert.deepEqual(readPolicy(made.context).localOnly, {
    value: true,
    origin: { from: 'variable', name: 'PLUGBOARD_LOCAL_ONLY' },
  });
  const unclear = { ...made.context, environment: { PLUGBOARD_LOCAL_ONLY: 'perhaps' } };
  assert.throws(() => readPolicy(unclear), /PLUGBOARD_LOCAL_ONLY: is neither true nor false/);
});

test('the aliases that its providers can fill are written, and what the others need is said', async (t) => {
  const made = bench(t, { DEEPSEEK_API_KEY: 'k' });
  withoutLocalServers(made);
  assert.equal(await made.run('init', '--yes'), 0, made.said.err);
  const routes = readConfiguration(made.context).routes.map(({ slug }) => slug);
  assert.deepEqual(routes.slice(0, 3), ['codex-default', 'codex-light', 'codex-long']);
  assert.match(made.said.out, /^Aliases: codex-default, codex-light, .*codex-strong/m);
  for (const line of [
    'not offered: codex-no-openai: needs GEMINI_API_KEY or GOOGLE_API_KEY, or a model server on this machine',
    'not offered: codex-hf-cheap, codex-hf-fast: needs HF_TOKEN or HUGGINGFACE_API_KEY',
    'not offered: codex-local, codex-qwen-local: needs a model server on this machine',
  ]) {
    assert.ok(made.said.out.includes(`${line}\n`), `${line} in\n${made.said.out}`);
  }
  made.said.out = '';
  await made.run('models');
  assert.match(made.said.out, /^not set up: codex-hf-cheap, codex-hf-fast: .* with HF_TOKEN or HUGGINGFACE_API_KEY$/m);
});

test('--aliases adds what is missing to a file that is there, and harms nothing in it', async (t) => {
  const made = bench(t, { GEMINI_API_KEY: 'k' });
  mkdirSync(made.home);
  const file = join(made.home, 'config.yaml');
  withoutLocalServers(made);
  const mine = `# mine
providers: { g: { preset: gemini, api_key: "\${GEMINI_API_KEY}" } }
models:
  - { slug: flash, provider: g, model: gemini-3.8-flash } # good enough
routes:
  codex-deep: { targets: [flash] }
`;
  writeFileSync(file, mine);
  assert.equal(await made.run('init', '--aliases'), 0, made.said.err);
  const text = readFileSync(file, 'utf8');
  for (const line of mine.split('\n')) assert.ok(text.includes(line), line);
  assert.match(made.said.out, /^Added to .*: codex-default, codex-light, .*; for them 2 models\.$/m);
  const { routes, models } = readConfiguration(made.context);
  const targets = Object.fromEntries(routes.map((route) => [route.slug, route.targets]));
  assert.deepEqual(targets['codex-deep'], ['flash'], 'what is there stays');
  assert.deepEqual(targets['codex-no-openai'], ['flash']);
  assert.deepEqual(
    models.map(({ slug }) => slug),
    ['flash', 'gemini-3.1-flash-lite', 'gemini-3.1-pro'],
  );
  assert.equal(await made.run('init', '--aliases'), 0, made.said.err);
  assert.equal(readFileSync(file, 'utf8'), text, 'a second time there is nothing to add');
});

test('--aliases adds a provider whose key is there, where none of the file can fill an alias', async (t) => {
  const made = bench(t, { GEMINI_API_KEY: 'k', HF_TOKEN: 'h', DEEPSEEK_API_KEY: 'd' });
  mkdirSync(made.home);
  withoutLocalServers(made);
  const file = join(made.home, 'config.yaml');
  writeFileSync(file, `providers:\n  gemini: { preset: gemini, api_key: "\${GEMINI_API_KEY}" } # mine\nmodels: []\n`);
  assert.equal(await made.run('init', '--aliases'), 0, made.said.err);
  const snapshot = readConfiguration(made.context);
  assert.deepEqual([...snapshot.providers.keys()], ['gemini', 'huggingface'], 'DeepSeek is not needed for any');
  assert.deepEqual(snapshot.routes.find(({ slug }) => slug === 'codex-hf-cheap')?.targets, [
    'hf-gpt-oss-120b-groq',
    'hf-gpt-oss-120b-together',
  ]);
  assert.match(readFileSync(file, 'utf8'), /# mine/);
  assert.match(made.said.out, /for them \d+ models and the provider huggingface\.$/m);
});

test('a local server that runs is found with its models', async (t) => {
  const made = bench(t);
  await withOllama(t, made, ['qwen2.5-coder:3b', 'nomic-embed-text:latest']);
  assert.equal(await made.run('init', '--yes'), 0, made.said.err);
  const snapshot = readConfiguration(made.context);
  assert.deepEqual(
    snapshot.models.map((model) => [model.slug, model.upstreamId]),
    [['local-qwen2.5-coder-3b', 'qwen2.5-coder:3b']],
  );
});

test('nothing found: the file says how to go on, and so does the last line', async (t) => {
  const made = bench(t);
  withoutLocalServers(made);
  assert.equal(await made.run('init', '--yes'), 0, made.said.err);
  assert.match(made.said.out, /Next: set a key such as DEEPSEEK_API_KEY or start Ollama/);
  assert.deepEqual(readConfiguration(made.context).models, []);
});

/** The user's own preset files win over ours, which is how a test keeps off this machine's servers. */
function localPresets({ home }: TestBench, urls: { readonly ollama: string; readonly lmstudio: string }): void {
  mkdirSync(join(home, 'presets'), { recursive: true });
  for (const [id, baseUrl] of Object.entries(urls)) {
    writeFileSync(join(home, 'presets', `${id}.json`), JSON.stringify({ ...findPreset(id), baseUrl }));
  }
}

function withoutLocalServers(made: TestBench): void {
  localPresets(made, { ollama: 'http://127.0.0.1:1/v1', lmstudio: 'http://127.0.0.1:1/v1' });
}

async function withOllama(t: TestContext, made: TestBench, models: readonly string[]): Promise<void> {
  const simulator = await startSimulator({ scenario: demoScenario(), models, ollama: { version: '0.14.0' } });
  t.after(() => simulator.close());
  localPresets(made, { ollama: `${simulator.url}/v1`, lmstudio: 'http://127.0.0.1:1/v1' });
}
