import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Environment } from '../environment.ts';
import type { ConfigIssue } from '../issues.ts';
import { type LoadedConfig, loadConfig } from '../load.ts';
import type { Snapshot } from '../snapshot.ts';

export type Setup = { readonly home: string; readonly load: (environment?: Environment) => LoadedConfig };

export function setup(
  t: TestContext,
  yaml: string | undefined,
  files: { readonly [name: string]: string } = {},
): Setup {
  const home = mkdtempSync(join(tmpdir(), 'plugboard-config-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  if (yaml !== undefined) writeFileSync(join(home, 'config.yaml'), yaml);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(home, name, '..'), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  const places = { home, codexHome: join(home, 'codex') };
  return { home, load: (environment = {}) => loadConfig({ places, environment }) };
}

export function snapshotOf(loaded: LoadedConfig): Snapshot {
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error.message);
  return loaded.snapshot;
}

export function issuesOf(loaded: LoadedConfig): readonly ConfigIssue[] {
  assert.ok(!loaded.ok, 'it was accepted');
  return loaded.error.issues;
}
