import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from './load.ts';
import { newConfigText, writeNewConfig } from './new-config.ts';

test('what is written is a configuration that loads, and is never written over another', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-new-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const file = join(home, 'config.yaml');
  const text = newConfigText({
    providers: [
      { id: 'deepseek', preset: 'deepseek', keyVariable: 'DEEPSEEK_API_KEY' },
      { id: 'local', preset: 'ollama' },
      { id: 'openrouter', preset: 'openrouter', keyVariable: 'OPENROUTER_API_KEY' },
    ],
    models: [
      { slug: 'deepseek-coder', provider: 'deepseek', upstreamId: 'deepseek-chat' },
      { slug: 'qwen2.5-coder:3b', provider: 'local' },
    ],
    wildcards: [{ provider: 'openrouter', pick: ['z-ai/*'] }],
    routes: [{ slug: 'codex-default', targets: ['deepseek-coder', 'qwen2.5-coder:3b'] }],
    defaultModel: 'codex-default',
  });
  writeNewConfig(file, text);
  assert.equal(readFileSync(file, 'utf8'), text);
  const places = { home, codexHome: home };
  const loaded = loadConfig({ places, environment: { DEEPSEEK_API_KEY: 'k', OPENROUTER_API_KEY: 'o' } });
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error.message);
  assert.deepEqual(loaded.snapshot.warnings, []);
  assert.deepEqual(
    loaded.snapshot.models.map((model) => [model.slug, model.upstreamId]),
    [
      ['deepseek-coder', 'deepseek-chat'],
      ['qwen2.5-coder:3b', 'qwen2.5-coder:3b'],
    ],
  );
  assert.equal(loaded.snapshot.defaultModel, 'codex-default');
  assert.throws(() => writeNewConfig(file, 'x'), /EEXIST/);
});

test('nothing found gives a file that loads', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-new-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  writeNewConfig(join(home, 'config.yaml'), newConfigText({ providers: [], models: [], wildcards: [], routes: [] }));
  assert.ok(loadConfig({ places: { home, codexHome: home }, environment: {} }).ok);
});
