import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withAliasTable } from '../scripts/routes-page.ts';
import { ALIASES } from '../src/cli/init/aliases.ts';
import { configSchema } from '../src/config/schema.ts';
import { PURPOSES } from '../src/routing/purpose.ts';
import { RULE_IDS } from '../src/routing/reason.ts';

const page = readFileSync('docs/routes.md', 'utf8');

test('the table of aliases is what the data says: else run npm run routes', () => {
  assert.equal(page, withAliasTable(page));
  for (const { slug } of ALIASES) assert.ok(page.includes(`| \`${slug}\` |`), slug);
});

test('every kind of call and every rule has its row, and so has every strategy', () => {
  for (const name of [...PURPOSES, ...RULE_IDS]) assert.ok(page.includes(`| \`${name}\` |`), name);
  const strategies = configSchema.shape.routes.unwrap().valueType.shape.strategy.unwrap().options;
  for (const name of strategies) assert.ok(page.includes(`| \`${name}\` |`), name);
});
