import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProvider } from '@pydantic/genai-prices';
import type { EffortDialect } from '../../ir/dialect.ts';
import { compileDialect } from '../dialect.ts';
import { isClaim, presetSchema, SOURCED_FIELDS } from '../preset.ts';
import { PRESET_IDS } from './preset-files.ts';
import { findPreset } from './presets.ts';
import { dialectOf, presetOf } from './testing/dialect.ts';

for (const id of PRESET_IDS) {
  test(`preset ${id} is well formed`, () => {
    const preset = findPreset(id);
    assert.ok(preset);
    assert.equal(preset.id, id);
    const asked = SOURCED_FIELDS.filter((field) => isClaim(preset, field));
    assert.deepEqual(Object.keys(preset.sources).toSorted(), asked.toSorted(), 'each claim has its source');
    assert.ok(preset.baseUrl !== undefined || preset.baseUrlExample !== undefined);
    const here = preset.baseUrl?.startsWith('http://127.0.0.1') ?? false;
    assert.equal(preset.local, here && preset.keyOptional !== true, 'a proxy on this machine is not local');
    const dialect = compileDialect(preset.protocol, preset.quirks, preset.native);
    for (const model of preset.models) compileDialect(preset.protocol, model.quirks ?? [], preset.native);
    if (dialect.tools.callId !== undefined) assert.doesNotThrow(() => new RegExp(dialect.tools.callId?.pattern ?? ''));
    const quirks = [...preset.quirks, ...preset.models.flatMap((model) => model.quirks ?? [])];
    for (const quirk of quirks) assert.match(quirk.source, /^https:\/\//, 'what a preset says can be looked up');
    if (preset.priceId !== undefined) {
      assert.equal(findProvider({ providerId: preset.priceId })?.id, preset.priceId, 'the price table knows it');
    }
  });
}

test('a claim without its source is refused, and so is a source of nothing', () => {
  const { sources, ...preset } = presetOf('deepseek');
  const { baseUrl: _, ...rest } = sources;
  const bare = presetSchema.safeParse({ ...preset, sources: rest });
  assert.deepEqual(
    bare.error?.issues.map(({ path, message }) => [path.join('.'), message]),
    [['sources.baseUrl', 'has no source']],
  );
  const idle = presetSchema.safeParse({ ...preset, sources: { ...sources, headers: 'https://example.com' } });
  assert.deepEqual(
    idle.error?.issues.map(({ path, message }) => [path.join('.'), message]),
    [['sources.headers', 'is the source of nothing']],
  );
  for (const source of Object.values(sources)) assert.match(source, /^https:\/\//);
});

test('an unknown preset is undefined', () => {
  assert.equal(findPreset('nowhere'), undefined);
});

function levelsOf(effort: EffortDialect): readonly string[] {
  return 'levels' in effort ? effort.levels : [];
}

test('Claude thinks as each generation takes it', () => {
  assert.equal(dialectOf('anthropic', 'claude-haiku-4-5-20251001').effort.kind, 'budget');
  assert.equal(dialectOf('anthropic', 'claude-sonnet-4-6').effort.kind, 'adaptive');
  assert.deepEqual(dialectOf('anthropic', 'claude-sonnet-4-6').drop, []);
  assert.ok(levelsOf(dialectOf('anthropic', 'claude-opus-5').effort).includes('none'));
  assert.ok(!levelsOf(dialectOf('anthropic', 'claude-opus-5-5').effort).includes('none'), 'it always thinks');
  assert.deepEqual(dialectOf('anthropic', 'claude-fable-5-1').tools.choices, ['auto', 'none']);
  assert.deepEqual(dialectOf('anthropic', 'claude-opus-4-8').drop, ['temperature', 'top_p']);
  assert.equal(dialectOf('anthropic', 'claude-opus-4-8').defaultMaxTokens, 128_000);
});

test('the dialect follows the platform, then the model', () => {
  assert.equal(dialectOf('zai', 'glm-5.3').effort.kind, 'field');
  assert.equal(dialectOf('zai', 'glm-4.7').effort.kind, 'switch');
  assert.equal(dialectOf('zai', 'glm-4.6').reasoning.echo.field, 'none', 'thinking goes back from GLM 4.7 on');
  const { echo } = dialectOf('zai', 'glm-4.7').reasoning;
  assert.deepEqual(echo, { field: 'reasoning_content', when: 'tool-turns' }, 'it thinks on between its tool calls');
  assert.deepEqual(dialectOf('openrouter', 'z-ai/glm-5.3').effort, {
    kind: 'field',
    path: ['reasoning', 'effort'],
    levels: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
  });
  assert.equal(dialectOf('openrouter', 'anthropic/claude-opus-5').cacheBreakpoints, true);
  assert.equal(dialectOf('openrouter', 'qwen/qwen3-coder').cacheBreakpoints, false);
  assert.equal(dialectOf('qwen', 'qwen3.5-plus').effort.kind, 'switch');
  assert.equal(dialectOf('qwen', 'qwen3-coder-plus').effort.kind, 'none');
  assert.equal(dialectOf('ollama', 'gpt-oss:20b').effort.kind, 'field');
  assert.equal(dialectOf('ollama', 'qwen2.5-coder:3b').effort.kind, 'none');
  assert.equal(dialectOf('nvidia', 'meta/llama-4').effort.kind, 'none');
});

test('only full implementations are native', () => {
  assert.deepEqual(
    PRESET_IDS.filter((id) => findPreset(id)?.native),
    ['anthropic', 'chatgpt', 'openai', 'openai-chat'],
  );
});
