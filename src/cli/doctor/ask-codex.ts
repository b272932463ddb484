import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codexCatalog } from '../../codex/catalog.ts';
import type { CatalogueRun } from '../../codex/doctor/catalogue.ts';
import type { Codex } from '../../codex/launch/find-codex.ts';
import type { Snapshot } from '../../config/snapshot.ts';
import type { CommandContext } from '../context.ts';

const TIME_LIMIT_MS = 20_000;

/** Lets Codex read our catalogue, in a home of its own that goes again. */
export async function askCodexForCatalogue(
  codex: Codex,
  snapshot: Snapshot,
  context: CommandContext,
): Promise<{ readonly run: CatalogueRun; readonly slugs: readonly string[] }> {
  const models = codexCatalog(snapshot, { instructions: '' });
  const home = mkdtempSync(join(tmpdir(), 'plugboard-doctor-'));
  try {
    const file = join(home, 'catalogue.json');
    writeFileSync(file, JSON.stringify({ models }));
    writeFileSync(join(home, 'config.toml'), `model_catalog_json = ${JSON.stringify(file)}\n`);
    const run = await runCodex(codex, ['debug', 'models'], { ...context.environment, CODEX_HOME: home });
    return { run, slugs: models.map((model) => model.slug) };
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function runCodex({ command }: Codex, args: readonly string[], env: NodeJS.ProcessEnv): Promise<CatalogueRun> {
  const [file, ...first] = command;
  const options = { timeout: TIME_LIMIT_MS, windowsHide: true, maxBuffer: 64 * 1024 * 1024, env };
  return new Promise((resolve) => {
    execFile(file, [...first, ...args], options, (cause, stdout, stderr) => {
      resolve({ status: cause === null ? 0 : Number(cause.code ?? 1), stdout, stderr });
    });
  });
}
