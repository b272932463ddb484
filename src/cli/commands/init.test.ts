import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findPreset } from '../../providers/presets/presets.ts';
import { demoScenario } from '../../simulator/demo.ts';
import { startSimulator } from '../../simulator/server.ts';
import { readConfiguration } from '../configuration.ts';
import { bench, type TestBench } from '../testing/context.ts';

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
    'longcat-2.0',
    'plan-qwen3-coder-plus',
  ]);
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
