import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scratch } from '../testing/real-codex.ts';
import { missingQuiet } from './quiet-config.ts';

test('what Codex lacks to be quiet is told by line', (context) => {
  const { codexHome } = scratch(context);
  const write = (text: string): void => writeFileSync(join(codexHome, 'config.toml'), text);
  assert.equal(missingQuiet(codexHome).length, 3);
  write('check_for_update_on_startup = false\n[analytics]\nenabled = true\n[features]\nplugins = false\n');
  assert.deepEqual(missingQuiet(codexHome), ['analytics.enabled = false']);
  write('check_for_update_on_startup = false\nanalytics = { enabled = false }\n[features]\nplugins = false\n');
  assert.deepEqual(missingQuiet(codexHome), []);
});
