import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setup, snapshotOf } from '../config/testing/setup.ts';
import type { Json } from '../ir/json.ts';
import { createLiveSnapshot, windowIsOpen } from './live-snapshot.ts';

const YAML = `
providers: { local: { preset: ollama } }
models: [{ slug: q, provider: local, model: q }]
`;

test('a window is learnt when its model is loaded, and kept when the server forgets it', async (t) => {
  const { home, load } = setup(t, YAML);
  let now = 1_000_000;
  let loaded: Json = [];
  const asked: string[] = [];
  const live = createLiveSnapshot(
    snapshotOf(load({})),
    async (_, path) => {
      asked.push(path);
      return path === '//api/ps' ? { models: loaded } : { models: [{ name: 'q:latest' }] };
    },
    () => now,
  );
  const attempt = { provider: 'local', model: 'q', slug: 'q', startedAt: now };
  const window = (): number | undefined => live.current().models[0]?.facts.contextWindow;
  await live.settled();
  assert.equal(window(), undefined);
  assert.equal(windowIsOpen(live.current(), attempt), true);

  loaded = [{ name: 'q:latest', context_length: 4_096 }];
  await live.look();
  assert.equal(window(), undefined, 'asked a moment ago');
  now += 60_000;
  await live.look();
  assert.equal(window(), 4_096);
  assert.equal(windowIsOpen(live.current(), attempt), false);

  loaded = [];
  now += 60_000;
  const before = live.current();
  await live.look();
  assert.equal(live.current(), before, 'nothing new is no new snapshot');

  writeFileSync(join(home, 'config.yaml'), `${YAML}\nroutes: { r: { targets: [q] } }\ndefault_model: r\n`);
  live.replace(snapshotOf(load({})));
  assert.equal(window(), 4_096, 'a reload forgets nothing');
  await live.settled();
  assert.equal(live.current().defaultModel, 'r');
  assert.equal(asked.length, 8);
});
