import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { planRoute } from '../routing/plan-route.ts';
import { testView } from '../routing/testing/view.ts';
import { completeFacts, SAFE_FACTS, withDiscoveredFacts } from './facts.ts';
import { loadConfig } from './load.ts';
import type { Discovered, Snapshot } from './snapshot.ts';
import { fixedView } from './view.ts';

function load(t: TestContext, yaml: string): Snapshot {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-facts-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  writeFileSync(join(home, 'config.yaml'), yaml);
  const loaded = loadConfig({ places: { home, codexHome: home }, environment: { OPENROUTER_API_KEY: 'k' } });
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error.message);
  return loaded.snapshot;
}

const YAML = `
providers: { local: { preset: ollama }, or: { preset: openrouter }, off: { preset: groq } }
models:
  - { slug: told, provider: local, model: "a:1b" }
  - { slug: written, provider: local, model: "a:1b", context_window: 100000 }
  - { slug: silent, provider: local, model: "b:1b" }
  - { slug: tagless, provider: local, model: c }
  - { provider: or, match: "*", pick: ["z-ai/*", "qwen/*coder*"] }
  - { provider: off, match: "llama*" }
routes: { r: { targets: [or/z-ai/x, told] } }
`;

const DISCOVERED: Discovered = new Map([
  [
    'local',
    [
      { id: 'a:1b', facts: { contextWindow: 40_960 } },
      { id: 'c:latest', facts: { contextWindow: 8_192 } },
    ],
  ],
  [
    'or',
    [
      { id: 'z-ai/x', facts: { contextWindow: 200_000 } },
      { id: 'qwen/q-coder-1', facts: {} },
      { id: 'other/y', facts: { contextWindow: 5 } },
    ],
  ],
]);

test('what the user wrote wins over what the provider tells, and what nobody tells is the safe value', (t) => {
  const snapshot = withDiscoveredFacts(load(t, YAML), DISCOVERED);
  const facts = new Map(snapshot.models.map((model) => [model.slug, completeFacts(model)]));
  assert.equal(facts.get('told')?.contextWindow, 40_960);
  assert.equal(facts.get('written')?.contextWindow, 100_000);
  assert.deepEqual(facts.get('silent'), SAFE_FACTS);
  assert.equal(facts.get('tagless')?.contextWindow, 8_192);
});

test('picks become listed models behind those of the file', (t) => {
  const snapshot = withDiscoveredFacts(load(t, YAML), DISCOVERED);
  assert.deepEqual(
    snapshot.models.map((model) => model.slug),
    ['told', 'written', 'silent', 'tagless', 'or/z-ai/x', 'or/qwen/q-coder-1'],
  );
  assert.ok(snapshot.models.every((model) => model.listed));
});

test('a wildcard serves every id without naming it, the same value each time', (t) => {
  const snapshot = withDiscoveredFacts(load(t, YAML), DISCOVERED);
  const view = fixedView(snapshot);
  const model = view.resolve('or/other/y');
  assert.equal(model?.upstreamId, 'other/y');
  assert.equal(model?.facts.contextWindow, 5);
  assert.equal(model?.listed, false);
  assert.equal(fixedView(snapshot).resolve('or/other/y'), model);
  assert.equal(view.resolve('or/'), undefined);
  assert.equal(view.resolve('local/a:1b'), undefined);
  assert.ok(view.slugs.includes('or/other/y'));
});

test('a route reaches into a wildcard, and a wildcard that is off says why', (t) => {
  const view = testView([], [], fixedView(load(t, YAML)));
  const query = { protocol: 'openai-chat', stream: true, background: false, bodyBytes: 0 } as const;
  const planned = planRoute({ ...query, model: 'r' }, view);
  assert.ok(planned.ok);
  assert.deepEqual(
    planned.plan.targets.map((target) => target.model.slug),
    ['or/z-ai/x', 'told'],
  );
  const off = planRoute({ ...query, model: 'off/llama-3' }, view);
  assert.ok(!off.ok && /no key is set in GROQ_API_KEY/.test(off.failure.message), off.ok ? '' : off.failure.message);
});
