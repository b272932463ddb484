import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProvider } from '@pydantic/genai-prices';
import { compileDialect } from '../dialect.ts';
import { findPreset, PRESET_IDS } from './presets.ts';

for (const id of PRESET_IDS) {
  test(`preset ${id} is well formed`, () => {
    const preset = findPreset(id);
    assert.ok(preset);
    assert.equal(preset.id, id);
    assert.ok(preset.baseUrl !== undefined || preset.baseUrlExample !== undefined);
    assert.equal(preset.local, preset.baseUrl?.startsWith('http://127.0.0.1') ?? false);
    const dialect = compileDialect(preset.protocol, preset.quirks, preset.native);
    for (const model of preset.models) compileDialect(preset.protocol, model.quirks ?? [], preset.native);
    if (dialect.tools.callId !== undefined) assert.doesNotThrow(() => new RegExp(dialect.tools.callId?.pattern ?? ''));
    if (preset.priceId !== undefined) {
      assert.equal(findProvider({ providerId: preset.priceId })?.id, preset.priceId, 'the price table knows it');
    }
  });
}

test('an unknown preset is undefined', () => {
  assert.equal(findPreset('nowhere'), undefined);
});
