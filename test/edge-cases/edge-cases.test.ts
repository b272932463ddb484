import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PRESET_IDS } from '../../src/providers/presets/preset-files.ts';
import { EDGE_CASES } from './all-cases.ts';
import { type Stage, startStage } from './stage.ts';
import { openFixtures, tryCase } from './try-case.ts';

const NUMBERS = 69;

/** Every preset that a trial names. */
const presets = new Set(
  EDGE_CASES.flatMap(({ trials }) => trials.map(({ to }) => to.split('/')[0] ?? '')).filter((name) =>
    PRESET_IDS.includes(name),
  ),
);

describe('edge cases', () => {
  const files = openFixtures();
  let stage: Stage;
  before(async () => {
    stage = await startStage([...presets]);
  });
  after(() => stage.close());

  for (const one of EDGE_CASES) {
    test(`${one.number}. ${one.title} (${one.outcome})`, () => tryCase(one, stage, files));
  }

  test('each number has its case, and only one', () => {
    const numbers = EDGE_CASES.map(({ number }) => number).filter((number) => typeof number === 'number');
    assert.deepEqual(
      numbers,
      [...Array(NUMBERS).keys()].map((index) => index + 1),
    );
    assert.equal(new Set(EDGE_CASES.map(({ number }) => String(number))).size, EDGE_CASES.length);
  });

  test('each fixture of edge cases is used', () => {
    const root = fileURLToPath(new URL('../../fixtures/', import.meta.url));
    const all = globSync('edge-cases/**/*.*', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
    assert.deepEqual(
      all.filter((file) => !files.used.has(file)),
      [],
    );
  });
});
