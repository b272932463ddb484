import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { SAFE_FACTS } from '../config/facts.ts';
import type { Model, ModelFacts, Provider } from '../providers/provider.ts';
import { testProvider } from '../providers/testing/provider.ts';
import type { Route } from '../routing/route.ts';
import { catalogEtag, codexCatalog } from './catalog.ts';
import type { ModelInfo } from './model-info.ts';

const options = { instructions: 'Be of use.' };

function model(slug: string, facts: ModelFacts = {}, listed = true, provider: Provider = testProvider()): Model {
  return { slug, displayName: slug.toUpperCase(), provider, upstreamId: `up/${slug}`, facts, listed };
}

const route = (slug: string, ...targets: [string, ...string[]]): Route => ({ slug, strategy: 'fallback', targets });

const bySlug = (catalog: readonly ModelInfo[], slug: string): ModelInfo => {
  const entry = catalog.find((candidate) => candidate.slug === slug);
  assert.ok(entry, `no entry ${slug}`);
  return entry;
};

test('the default comes first, then the order of the file, hidden models last', () => {
  const models = [model('a'), model('hidden', {}, false), model('b')];
  const catalog = codexCatalog({ models, routes: [route('auto', 'a', 'b')], defaultModel: 'b' }, options);
  assert.deepEqual(
    catalog.map((entry) => [entry.slug, entry.priority, entry.visibility]),
    [
      ['b', 1, 'list'],
      ['a', 2, 'list'],
      ['auto', 3, 'list'],
      ['hidden', 4, 'hide'],
    ],
  );
});

test('a model carries its own facts', () => {
  const facts = {
    contextWindow: 200_000,
    inputModalities: ['text', 'image'],
    reasoningLevels: ['low', 'high'],
  } as const;
  const entry = bySlug(codexCatalog({ models: [model('a', facts)], routes: [], defaultModel: 'a' }, options), 'a');
  assert.equal(entry.context_window, 200_000);
  assert.equal(entry.auto_compact_token_limit, 160_000);
  assert.equal(entry.truncation_policy.limit, 10_000);
  assert.deepEqual(entry.input_modalities, ['text', 'image']);
  assert.equal(entry.default_reasoning_level, 'high');
  assert.deepEqual(
    entry.supported_reasoning_levels.map((level) => level.effort),
    ['low', 'high'],
  );
});

test('an unknown window is assumed, and the picker says so', () => {
  const entry = bySlug(codexCatalog({ models: [model('a')], routes: [], defaultModel: 'a' }, options), 'a');
  assert.equal(entry.context_window, SAFE_FACTS.contextWindow);
  assert.match(entry.description, /window unknown, 64000 tokens assumed/);
  assert.deepEqual(entry.input_modalities, ['text']);
});

test('Codex compacts before the longest reply no longer fits', () => {
  const limit = (contextWindow: number, maxOutputTokens: number): number => {
    const source = { models: [model('a', { contextWindow, maxOutputTokens })], routes: [], defaultModel: 'a' };
    return bySlug(codexCatalog(source, options), 'a').auto_compact_token_limit;
  };
  assert.equal(limit(400_000, 128_000), 272_000);
  assert.equal(limit(1_000_000, 8_000), 900_000);
  assert.equal(limit(32_000, 4_000), 25_600);
  assert.equal(limit(90_000, 90_000), 60_000);
});

test('a route promises the largest window, and else what all of its targets can do, nested ones included', () => {
  const big = model('big', {
    contextWindow: 200_000,
    inputModalities: ['text', 'image'],
    reasoningLevels: ['low', 'high'],
  });
  const small = model('small', { contextWindow: 32_000, inputModalities: ['text'], reasoningLevels: ['high'] });
  const far = model('far/away', { contextWindow: 16_000, reasoningLevels: ['high'] }, false);
  const source = {
    models: [big, small],
    routes: [route('outer', 'big', 'inner'), route('inner', 'small', 'far/away', 'outer'), route('lost', 'nowhere')],
    defaultModel: 'outer',
    resolve: (slug: string) => (slug === 'far/away' ? far : undefined),
  };
  const catalog = codexCatalog(source, options);
  const entry = bySlug(catalog, 'outer');
  const fence = ({ slug }: Model): string | undefined => (slug === 'big' ? 'it is kept out.' : undefined);
  const within = bySlug(codexCatalog({ ...source, fence }, options), 'outer');
  assert.equal(within.context_window, 32_000, 'what a policy keeps out promises nothing');
  assert.equal(entry.context_window, 200_000, 'what outgrows one target goes on at the next that it fits');
  assert.deepEqual(entry.input_modalities, ['text']);
  assert.deepEqual(
    entry.supported_reasoning_levels.map((level) => level.effort),
    ['high'],
  );
  assert.equal(entry.description, 'big, small, far/away');
  assert.ok(!catalog.some((candidate) => candidate.slug === 'lost'));
});

const slugs = fc.array(fc.constantFrom('', 'a', 'b', 'c', 'd'), { maxLength: 8 });

test('whatever comes in, a slug appears once and is not empty', () =>
  fc.assert(
    fc.property(slugs, slugs, (modelSlugs, routeSlugs) => {
      const models = modelSlugs.map((slug) => model(slug));
      const routes = routeSlugs.map((slug) => route(slug, 'a', 'b'));
      const entries = codexCatalog({ models, routes, defaultModel: 'a' }, options);
      assert.equal(new Set(entries.map((entry) => entry.slug)).size, entries.length);
      assert.ok(entries.every((entry, index) => entry.slug !== '' && entry.priority === index + 1));
    }),
  ));

test('the tag follows the content', () => {
  const catalog = (slug: string) => codexCatalog({ models: [model(slug)], routes: [], defaultModel: slug }, options);
  assert.equal(catalogEtag(catalog('a')), catalogEtag(catalog('a')));
  assert.notEqual(catalogEtag(catalog('a')), catalogEtag(catalog('b')));
  assert.match(catalogEtag(catalog('a')), /^"[\w-]{22}"$/);
});

test('the real Codex takes the catalogue as it is', (context) => {
  const codex = createRequire(import.meta.url).resolve('@openai/codex/bin/codex.js');
  const home = mkdtempSync(join(tmpdir(), 'plugboard-catalog-'));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const levels = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra', 'banana'];
  const models = [model('a', { contextWindow: 128_000, reasoningLevels: levels }), model('b/c:d', {}, false)];
  const source = { models, routes: [route('auto', 'a', 'b/c:d')], defaultModel: 'auto' };
  const expected = codexCatalog(source, options);
  writeFileSync(join(home, 'catalog.json'), JSON.stringify({ object: 'list', data: [], models: expected }));
  writeFileSync(join(home, 'config.toml'), 'model_catalog_json = "catalog.json"\n');
  const run = spawnSync(process.execPath, [codex, 'debug', 'models'], {
    encoding: 'utf8',
    env: { PATH: '', CODEX_HOME: home, SystemRoot: 'C:\\Windows' },
  });
  assert.equal(run.status, 0, run.stderr);
  const printed: { models: Record<string, unknown>[] } = JSON.parse(run.stdout);
  assert.equal(printed.models.length, expected.length);
  for (const [index, entry] of expected.entries()) {
    for (const [name, value] of Object.entries(entry))
      assert.deepEqual(printed.models[index]?.[name] ?? null, value, `${entry.slug}.${name}`);
  }
  assert.deepEqual(
    run.stderr.split('\n').filter((line) => line !== '' && !line.includes('PATH aliases')),
    [],
  );
});
