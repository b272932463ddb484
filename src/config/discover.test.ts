import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../ir/json.ts';
import type { Provider } from '../providers/provider.ts';
import { discoverModels, listedModels } from './discover.ts';
import { withDiscoveredFacts } from './facts.ts';
import type { Snapshot } from './snapshot.ts';
import { setup, snapshotOf } from './testing/setup.ts';

test('each usual form of a list is read', () => {
  const ids = (list: Json): string =>
    listedModels(list)
      .map((model) => model.id)
      .join();
  assert.equal(ids({ object: 'list', data: [{ id: 'a' }, { id: 'b' }] }), 'a,b');
  assert.equal(ids({ models: [{ name: 'qwen:3b', model: 'qwen:3b' }] }), 'qwen:3b');
  assert.equal(ids([{ id: 'a' }, 'b', {}, { id: '' }]), 'a');
  for (const odd of [null, 'x', 1, {}, { data: 'x' }] as const) assert.equal(ids(odd), '');
  assert.deepEqual(listedModels(undefined), []);
});

test('windows and modalities are read where they stand, and nothing is taken for one that is none', () => {
  const list = {
    data: [
      { id: 'a', meta: { n_ctx: 8_192 }, architecture: { input_modalities: ['text', 'image', 'file'] } },
      { id: 'b', meta: { n_ctx: 0 }, input_modalities: ['text'] },
      { id: 'c', meta: { n_ctx: '8192' } },
      { id: 'd' },
    ],
  };
  assert.deepEqual(
    listedModels(list, { contextField: 'meta.n_ctx' }).map((model) => model.facts),
    [{ contextWindow: 8_192, inputModalities: ['text', 'image'] }, { inputModalities: ['text'] }, {}, {}],
  );
  const inList = { data: [{ id: 'a', providers: [{ context_length: 7 }] }] };
  assert.equal(listedModels(inList, { contextField: 'providers.0.context_length' })[0]?.facts.contextWindow, 7);
});

/** The snapshot with an ollama-like provider whose models in memory tell their window. */
function withLoaded(snapshot: Snapshot): Snapshot {
  const change = (provider: Provider): Provider => {
    if (!provider.local) return provider;
    const loaded = { path: '//api/ps', contextField: 'context_length' };
    return { ...provider, modelList: { path: '//api/tags', loaded } };
  };
  const providers = new Map([...snapshot.providers].map(([id, provider]) => [id, change(provider)]));
  const models = snapshot.models.map((model) => ({
    ...model,
    provider: providers.get(model.provider.id) ?? model.provider,
  }));
  return { ...snapshot, providers, models };
}

test('only what is open is asked; the window that a local server allocated is the one that counts', async (t) => {
  const yaml = `
providers: { local: { preset: ollama }, known: { preset: ollama }, or: { preset: openrouter }, dead: { preset: groq } }
models:
  - { slug: q, provider: local, model: "q:3b" }
  - { slug: idle, provider: local, model: "idle:3b" }
  - { slug: k, provider: known, context_window: 1000 }
  - { slug: d, provider: dead, model: never-heard-of }
  - { provider: or, match: "*" }
`;
  const { load } = setup(t, yaml);
  const snapshot = withLoaded(snapshotOf(load({ OPENROUTER_API_KEY: 'k', GROQ_API_KEY: 'k' })));
  const asked: string[] = [];
  const replies: { readonly [question: string]: Json } = {
    'local //api/tags': { models: [{ name: 'q:3b' }, { name: 'idle:3b' }] },
    'local //api/ps': { models: [{ name: 'q:3b', context_length: 16_384 }] },
    'or /models': { data: [{ id: 'z-ai/x', context_length: 200_000 }] },
  };
  const discovered = await discoverModels(snapshot, async (provider, path) => {
    asked.push(`${provider.id} ${path}`);
    return replies[`${provider.id} ${path}`];
  });
  assert.deepEqual(asked.sort(), ['dead /models', 'local //api/ps', 'local //api/tags', 'or /models']);
  assert.deepEqual([...discovered.keys()], ['local', 'or']);
  const windows = withDiscoveredFacts(snapshot, discovered).models.map((model) => model.facts.contextWindow);
  assert.deepEqual(windows, [16_384, undefined, 1_000, undefined]);
});
