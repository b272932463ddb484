import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { codexInstructions, forFreeformPatch } from './instructions.ts';
import { OWN_INSTRUCTIONS } from './own-instructions.ts';
import { REAL_CODEX, scratch } from './testing/real-codex.ts';

test("the user's own Codex tells its words, and they are asked for once", async (context) => {
  const { home } = scratch(context);
  const text = await codexInstructions(REAL_CODEX, process.env, home);
  assert.ok(text.length > 10_000, `${text.length} characters`);
  assert.match(text, /coding agent/);
  assert.doesNotMatch(text, /"command":\["apply_patch"/);
  assert.deepEqual(readdirSync(join(home, 'run', 'codex')), ['instructions-0.169.0.md']);
  const gone = { ...REAL_CODEX, command: [process.execPath, '-e', 'process.exit(1)'] } as const;
  assert.equal(await codexInstructions(gone, process.env, home), text);
});

test('without a Codex, or with one that does not tell, our own words', async (context) => {
  const { home } = scratch(context);
  assert.equal(await codexInstructions(undefined, process.env, home), OWN_INSTRUCTIONS);
  const mute = { ...REAL_CODEX, command: [process.execPath, '-e', 'process.exit(1)'] } as const;
  assert.equal(await codexInstructions(mute, process.env, home), OWN_INSTRUCTIONS);
  const missing = { ...REAL_CODEX, command: [join(home, 'no-such-codex')] } as const;
  assert.equal(await codexInstructions(missing, process.env, home), OWN_INSTRUCTIONS);
  assert.deepEqual(readdirSync(join(home, 'run', 'codex')), []);
});

test('only the example of the other form of apply_patch is taken out', () => {
  const before = 'a\n- Use the `apply_patch` tool (only `apply_patch`): {"command":["apply_patch","*** Begin"]}\nb\n';
  assert.equal(forFreeformPatch(before), 'a\n- Use the `apply_patch` tool (only `apply_patch`).\nb\n');
  assert.equal(forFreeformPatch(OWN_INSTRUCTIONS), OWN_INSTRUCTIONS);
});
