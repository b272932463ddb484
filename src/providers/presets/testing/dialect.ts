import assert from 'node:assert/strict';
import type { Dialect } from '../../../ir/dialect.ts';
import { compileDialect, dialectFor } from '../../dialect.ts';
import { modelFacts } from '../../known-model.ts';
import type { Preset } from '../../preset.ts';
import type { Provider } from '../../provider.ts';
import { findPreset } from '../presets.ts';

/** @param id  one of ours. */
export function presetOf(id: string): Preset {
  const preset = findPreset(id);
  assert.ok(preset, `a preset ${id}`);
  return preset;
}

/** One model of a preset, as the configuration would make it. */
export function dialectOf(id: string, upstreamId: string): Dialect {
  const preset = presetOf(id);
  const provider: Provider = {
    ...preset,
    baseUrl: preset.baseUrl ?? 'https://example.com/v1',
    preset: id,
    credentials: [],
    query: {},
    dialect: compileDialect(preset.protocol, preset.quirks, preset.native),
    knownModels: preset.models,
    timeouts: { connectMs: 1, firstByteMs: 1, idleMs: 1 },
  };
  const facts = modelFacts(preset.models, upstreamId);
  return dialectFor({ slug: upstreamId, displayName: upstreamId, provider, upstreamId, facts, listed: true });
}
