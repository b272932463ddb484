import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newConfigText } from '../../config/new-config.ts';
import { readConfiguration } from '../configuration.ts';
import { bench } from '../testing/context.ts';
import { type FoundProvider, planConfig } from './plan-config.ts';
import { SUGGESTIONS } from './suggestions.ts';

const local = (models: readonly string[]): FoundProvider => ({
  kind: 'local',
  preset: 'ollama',
  name: 'Ollama',
  models,
});
const key = (preset: string): FoundProvider => ({ kind: 'key', preset, name: preset, keyVariable: 'A_KEY' });

test('every suggestion is a configuration that loads', async (t) => {
  const { context, home, run } = bench(t, { A_KEY: 'k' });
  await run('token'); // makes the home
  for (const { preset } of SUGGESTIONS) {
    writeFileSync(join(home, 'config.yaml'), newConfigText(planConfig([key(preset), local(['q/w:latest', 'x:3b'])])));
    const snapshot = readConfiguration(context);
    assert.deepEqual(snapshot.disabled, [], preset);
    assert.equal(snapshot.providers.size, 2);
  }
});

test('all suggestions together have slugs of their own', () => {
  const { models } = planConfig(SUGGESTIONS.map(({ preset }) => key(preset)));
  const slugs = models.map((model) => model.slug);
  assert.equal(new Set(slugs).size, slugs.length);
});

test('a key comes before a local server, and the default route holds remote models alone', () => {
  const plan = planConfig([local(['qwen2.5-coder:3b']), key('deepseek')]);
  assert.deepEqual(plan.routes[0], {
    slug: 'codex-default',
    strategy: 'fallback',
    targets: ['deepseek-v4-pro'],
    rules: [{ when: ['title', 'memory'], use: 'codex-light' }],
  });
  assert.deepEqual(
    plan.models.map((model) => model.slug),
    ['deepseek-v4-pro', 'deepseek-v4-flash', 'local-qwen2.5-coder-3b'],
  );
});

test('a local server alone: coders first, no embeddings, not more than fit a picker', () => {
  const many = Array.from({ length: 12 }, (_, index) => `llama:${index}`);
  const plan = planConfig([local(['nomic-embed-text:latest', ...many, 'qwen3-coder:30b'])]);
  assert.equal(plan.models.length, 8);
  assert.equal(plan.models[0]?.slug, 'local-qwen3-coder-30b');
  assert.equal(plan.models[0]?.upstreamId, 'qwen3-coder:30b');
  assert.deepEqual(
    plan.routes.map(({ slug, targets }) => [slug, targets.length, targets[0]]),
    [
      ['codex-default', 1, 'local-qwen3-coder-30b'],
      ['codex-no-openai', 2, 'local-qwen3-coder-30b'],
      ['codex-local', 3, 'local-qwen3-coder-30b'],
      ['codex-qwen-local', 1, 'local-qwen3-coder-30b'],
    ],
  );
});

test('nothing found: no route and no default', () => {
  const plan = planConfig([]);
  assert.deepEqual([plan.models, plan.routes, plan.defaultModel], [[], [], undefined]);
});
