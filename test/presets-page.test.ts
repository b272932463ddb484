import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { presetsPage } from '../scripts/presets-page.ts';
import { PRESET_IDS } from '../src/providers/presets/preset-files.ts';
import { findPreset } from '../src/providers/presets/presets.ts';
import { quirkWords } from '../src/providers/quirk-words.ts';

test('docs/presets.md is what the presets say: else run npm run presets', () => {
  assert.equal(readFileSync('docs/presets.md', 'utf8'), presetsPage());
});

test('every preset stands in it, with the source of each thing that is said', () => {
  const page = presetsPage();
  for (const id of PRESET_IDS) {
    const preset = findPreset(id);
    assert.ok(preset);
    assert.ok(page.includes(`\n### ${id}\n`), id);
    for (const source of Object.values(preset.sources)) assert.ok(page.includes(`(${source})`), `${id}: ${source}`);
  }
});

test('no two oddities of one provider are told in the same words', () => {
  for (const id of PRESET_IDS) {
    const said = findPreset(id)?.quirks.map(quirkWords) ?? [];
    assert.deepEqual(said, [...new Set(said)], id);
    for (const words of said) assert.doesNotMatch(words, /undefined|\[object/);
  }
});
