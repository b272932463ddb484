import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repairsFor } from '../providers/repairs.ts';
import { setup } from './testing/setup.ts';

test('what is repaired is set for all, and otherwise at a provider or a model', (t) => {
  const { load } = setup(
    t,
    `repair: { arguments: false }
providers:
  a: { preset: ollama, repair: { arguments: true, repetition: false } }
  b: { preset: ollama }
models:
  - { slug: one, provider: a }
  - { slug: two, provider: a, repair: { repetition: true, pseudo_calls: false } }
  - { slug: three, provider: b }
`,
  );
  const loaded = load();
  assert.ok(loaded.ok);
  assert.deepEqual(
    loaded.snapshot.models.map((model) => repairsFor(model)),
    [
      { arguments: true, pseudoCalls: true, repetition: false },
      { arguments: true, pseudoCalls: false, repetition: true },
      { arguments: false, pseudoCalls: true, repetition: true },
    ],
  );
});

test('a search service is a place, a key and bounds; a key in the file is warned of', (t) => {
  const { load } = setup(t, 'web_search: { service: brave, api_key: written-here-0123, max_results: 3 }\n');
  const loaded = load();
  assert.ok(loaded.ok);
  const { webSearch } = loaded.snapshot;
  assert.deepEqual(
    [webSearch?.kind, webSearch?.provider.baseUrl, webSearch?.maxResults, webSearch?.maxRounds],
    ['brave', 'https://api.search.brave.com/res/v1', 3, 5],
  );
  assert.equal(webSearch?.provider.credentials[0]?.secret.reveal(), 'written-here-0123');
  assert.match(loaded.snapshot.warnings.join('\n'), /holds a key in plain text \(web_search\)/);
  assert.doesNotMatch(loaded.snapshot.warnings.join('\n'), /written-here/);
});

test('a service without its key is off, with a word', (t) => {
  const { load } = setup(t, 'web_search: { service: tavily }\n');
  const loaded = load();
  assert.ok(loaded.ok && loaded.snapshot.webSearch === undefined);
  assert.match(loaded.ok ? loaded.snapshot.warnings.join() : '', /The web search is off: tavily wants an api_key/);
});
