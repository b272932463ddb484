import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createInstructions, forFreeformPatch } from './instructions.ts';
import type { Codex } from './launch/find-codex.ts';
import { OWN_INSTRUCTIONS } from './own-instructions.ts';
import { REAL_CODEX, scratch } from './testing/real-codex.ts';

const found = (codex: Codex | undefined) => async (): Promise<Codex | undefined> => codex;

test("the user's own Codex tells its words, and is asked for them once", async (context) => {
  const { home } = scratch(context);
  const instructions = createInstructions(process.env, home, found(REAL_CODEX));
  const [text, again] = await Promise.all([instructions('0.169.0'), instructions('0.169.0')]);
  assert.equal(text, again);
  assert.ok(text.length > 10_000, `${text.length} characters`);
  assert.match(text, /coding agent/);
  assert.doesNotMatch(text, /"command":\["apply_patch"/);
  assert.deepEqual(readdirSync(join(home, 'run', 'codex')), ['instructions-0.169.0.md']);
  const later = createInstructions(process.env, home, () => assert.fail('asked again'));
  assert.equal(await later('0.169.0'), text);
  const other = createInstructions(process.env, home, found({ ...REAL_CODEX, command: ['no-such-codex'] }));
  assert.equal(await other('0.170.0-alpha.1'), text);
});

test('without a Codex, or with one that does not tell, our own words', async (context) => {
  const { home } = scratch(context);
  const told = (codex: Codex | undefined, version?: string): Promise<string> =>
    createInstructions(process.env, home, found(codex))(version);
  assert.equal(await told(undefined), OWN_INSTRUCTIONS);
  assert.equal(await told({ ...REAL_CODEX, version: undefined }), OWN_INSTRUCTIONS);
  assert.equal(await told({ ...REAL_CODEX, command: [process.execPath, '-e', '1'] }), OWN_INSTRUCTIONS);
  assert.equal(await told({ ...REAL_CODEX, command: [join(home, 'no-such-codex')] }, '../../x'), OWN_INSTRUCTIONS);
  assert.deepEqual(readdirSync(join(home, 'run', 'codex')), []);
});

test('only the example of the other form of apply_patch is taken out', () => {
  const before = 'a\n- Use the `apply_patch` tool (only `apply_patch`): {"command":["apply_patch","*** Begin"]}\nb\n';
  assert.equal(forFreeformPatch(before), 'a\n- Use the `apply_patch` tool (only `apply_patch`).\nb\n');
  assert.equal(forFreeformPatch(OWN_INSTRUCTIONS), OWN_INSTRUCTIONS);
});
