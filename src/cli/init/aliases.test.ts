import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { newConfigText } from '../../config/new-config.ts';
import { costOf } from '../../metering/pricing.ts';
import { readConfiguration } from '../configuration.ts';
import { bench } from '../testing/context.ts';
import { ALIASES, type Available, offeredAliases } from './aliases.ts';
import { type FoundProvider, planConfig } from './plan-config.ts';
import { SUGGESTIONS } from './suggestions.ts';

function mkdir(home: string): string {
  mkdirSync(home, { recursive: true });
  return home;
}

const cloud = (preset: string, more: Partial<Available> = {}): Available => ({
  id: preset,
  preset,
  models: [],
  ...more,
});
const machine = (...local: string[]): Available => ({ id: 'ollama', preset: 'ollama', models: [], local });
const targets = (available: readonly Available[]): Record<string, readonly string[]> =>
  Object.fromEntries(offeredAliases(available).routes.map(({ slug, targets: of }) => [slug, of]));

test('each alias names its models in order, for the providers that are there', () => {
  const made = targets([
    cloud('gemini'),
    cloud('huggingface'),
    cloud('anthropic'),
    machine('llama3:8b', 'qwen2.5-coder:3b'),
  ]);
  assert.deepEqual(made, {
    'codex-default': ['claude-sonnet-5', 'gemini-3.8-flash'],
    'codex-light': ['claude-haiku-4-5', 'gemini-3.1-flash-lite'],
    'codex-long': ['claude-sonnet-5', 'gemini-3.8-flash'],
    'codex-deep': ['claude-opus-5-5', 'gemini-3.1-pro'],
    'codex-cheap': ['claude-haiku-4-5', 'gemini-3.1-flash-lite'],
    'codex-strong': ['claude-opus-5-5', 'gemini-3.1-pro'],
    'codex-no-openai': ['gemini-3.8-flash', 'local-qwen2.5-coder-3b', 'local-llama3-8b'],
    'codex-hf-cheap': ['hf-gpt-oss-120b-groq', 'hf-gpt-oss-120b-together'],
    'codex-hf-fast': ['hf-gpt-oss-120b-together', 'hf-gpt-oss-120b-groq'],
    'codex-local': ['local-qwen2.5-coder-3b', 'local-llama3-8b'],
    'codex-qwen-local': ['local-qwen2.5-coder-3b'],
    'codex-auto': ['codex-cheap', 'codex-strong'],
  });
});

test('what cannot be filled is not offered', () => {
  assert.deepEqual(Object.keys(targets([])), []);
  assert.deepEqual(Object.keys(targets([cloud('huggingface')])), ['codex-hf-cheap', 'codex-hf-fast']);
  assert.deepEqual(Object.keys(targets([machine('llama3:8b')])), ['codex-default', 'codex-no-openai', 'codex-local']);
  const openai = Object.keys(targets([cloud('openai')]));
  assert.ok(!openai.includes('codex-no-openai') && !openai.includes('codex-hf-cheap') && openai.includes('codex-deep'));
});

test('models that are configured keep their names, a name that is taken is not taken again, and own aliases stay', () => {
  const mine = cloud('deepseek', { id: 'work', models: [{ slug: 'coder', id: 'deepseek-v4-pro' }] });
  const { models, routes } = offeredAliases([mine], new Set(['coder', 'deepseek-v4-flash', 'codex-deep']));
  assert.deepEqual(models, [{ slug: 'work-deepseek-v4-flash', provider: 'work', upstreamId: 'deepseek-v4-flash' }]);
  const bySlug = Object.fromEntries(routes.map(({ slug, targets: of }) => [slug, of]));
  assert.deepEqual(bySlug['codex-default'], ['coder']);
  assert.deepEqual(bySlug['codex-light'], ['work-deepseek-v4-flash']);
  assert.ok(!('codex-deep' in bySlug));
});

test('the ids of suggested models are those of the price table, where it knows their provider', (t) => {
  const { context, home } = bench(t, { A_KEY: 'k' });
  const usage = { freshInput: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 };
  for (const { preset, models } of SUGGESTIONS) {
    if (models.length === 0) continue;
    const key: FoundProvider = { kind: 'key', preset, name: preset, keyVariable: 'A_KEY' };
    writeFileSync(join(mkdir(home), 'config.yaml'), newConfigText(planConfig([key])));
    for (const model of readConfiguration(context).models) {
      if (model.provider.priceId === undefined) continue;
      assert.ok(costOf(model, usage, Date.now()) !== undefined, `${preset}: ${model.upstreamId}`);
    }
  }
});

test('law: whatever is found, the routes of the file that init writes load, and lead to models that are there', (t) => {
  const { context, home } = bench(t, { A_KEY: 'k' });
  mkdir(home);
  const presets = SUGGESTIONS.map(({ preset }) => preset);
  const coders = Array.from({ length: 9 }, (_, at) => `coder-${at}:7b`);
  const many = ['qwen3-coder:30b', 'qwen3:8b', 'qwen3-8b', 'gpt-oss:20b', 'glm-4.6:cloud', 'nomic-embed-text:latest'];
  const locals = fc.tuple(fc.subarray(many), fc.boolean()).map(([some, all]) => [...(all ? coders : []), ...some]);
  fc.assert(
    fc.property(fc.subarray(presets), locals, locals, (keys, models, others) => {
      const found: FoundProvider[] = keys.map((preset) => ({
        kind: 'key',
        preset,
        name: preset,
        keyVariable: 'A_KEY',
      }));
      if (models.length > 0) found.push({ kind: 'local', preset: 'ollama', name: 'Ollama', models });
      if (others.length > 0) found.push({ kind: 'local', preset: 'lmstudio', name: 'LM Studio', models: others });
      writeFileSync(join(home, 'config.yaml'), newConfigText(planConfig(found)));
      const snapshot = readConfiguration(context);
      assert.deepEqual(snapshot.warnings, []);
      const names = new Set(ALIASES.map(({ slug }) => slug));
      assert.ok(snapshot.routes.every(({ slug }) => names.has(slug)));
      const here = snapshot.routes.find(({ slug }) => slug === 'codex-local')?.targets ?? [];
      assert.ok(
        here.every((slug) => !slug.includes('cloud')),
        'what a server forwards does not run here',
      );
    }),
    { numRuns: 25 },
  );
});
