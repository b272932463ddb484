import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, withFlags } from '../policy/settings.ts';
import { issuesOf, setup, snapshotOf } from './testing/setup.ts';

const FILE = `providers: { near: { preset: ollama } }
models: [{ slug: a, provider: near }, { slug: b, provider: near }]
policy:
  default_provider: near
  task_provider_rules: { simple: local }
  fallback_order: [local, gateway]
`;

test('flag, then environment, then the file, then the default', (t) => {
  const { load } = setup(t, FILE);
  const byDefault = snapshotOf(load()).policy;
  assert.deepEqual(byDefault.localOnly, { value: false, origin: { from: 'default' } });
  assert.equal(byDefault.defaultProvider.value, 'near');
  assert.equal(placeOf(byDefault, 'defaultProvider'), 'policy.default_provider (config.yaml, line 4)');
  assert.equal(placeOf(byDefault, 'maxCostUsd'), 'policy.max_cost_usd (default)');
  assert.deepEqual(byDefault.taskProviderRules.value, { simple: 'local', medium: 'auto', complex: 'auto' });
  assert.deepEqual(byDefault.fallbackOrder.value, ['local', 'gateway']);
  assert.deepEqual(byDefault.model, { value: 'a', origin: { from: 'default' } });

  const fromVariables = snapshotOf(load({ PLUGBOARD_PROVIDER: 'gemini', PLUGBOARD_MODEL: 'b' })).policy;
  assert.equal(fromVariables.defaultProvider.value, 'gemini');
  assert.equal(placeOf(fromVariables, 'defaultProvider'), 'PLUGBOARD_PROVIDER');
  assert.equal(fromVariables.model.value, 'b');
  assert.equal(placeOf(fromVariables, 'model'), 'PLUGBOARD_MODEL');

  const byFlags = withFlags(fromVariables, {
    provider: 'openai',
    localOnly: true,
    maxCostUsd: 0.5,
    avoidOpenai: undefined,
  });
  assert.equal(byFlags.defaultProvider.value, 'openai');
  assert.equal(placeOf(byFlags, 'localOnly'), '--local-only');
  assert.equal(byFlags.maxCostUsd.value, 0.5);
  assert.equal(byFlags.avoidOpenai, fromVariables.avoidOpenai);
});

test('the older variables count where the newer are not set', (t) => {
  const { load } = setup(t, FILE);
  const older = snapshotOf(load({ CODEX_ROUTER_PROVIDER: 'huggingface' })).policy;
  assert.equal(placeOf(older, 'defaultProvider'), 'CODEX_ROUTER_PROVIDER');
  const both = snapshotOf(load({ CODEX_ROUTER_PROVIDER: 'huggingface', PLUGBOARD_PROVIDER: 'auto' })).policy;
  assert.equal(both.defaultProvider.value, 'auto');
});

test('a provider that nobody knows is refused, wherever it is named', (t) => {
  const { load } = setup(t, FILE);
  const [issue] = issuesOf(load({ PLUGBOARD_PROVIDER: 'huggingfase' }));
  assert.equal(issue?.path, 'PLUGBOARD_PROVIDER');
  assert.match(issue?.mend ?? '', /Did you mean "huggingface"/);
  const rules = setup(t, 'policy: { task_provider_rules: { complex: nobody } }');
  assert.match(issuesOf(rules.load())[0]?.path ?? '', /policy\.task_provider_rules\.complex/);
});
