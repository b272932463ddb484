import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Codex } from '../launch/find-codex.ts';

/** The real Codex of the development dependencies. */
export const REAL_CODEX: Codex = {
  path: createRequire(import.meta.url).resolve('@openai/codex/bin/codex.js'),
  command: [process.execPath, createRequire(import.meta.url).resolve('@openai/codex/bin/codex.js')],
  version: '0.169.0',
};

/** Homes of a test's own. */
export type Scratch = { readonly home: string; readonly codexHome: string; readonly work: string };

export function scratch(context: TestContext): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'plugboard-codex-'));
  context.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const at = { home: join(folder, 'home'), codexHome: join(folder, 'codex'), work: join(folder, 'work') };
  for (const path of Object.values(at)) mkdirSync(path);
  return at;
}

export type CodexRun = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** Runs the real Codex with nothing on its standard input. */
export async function runCodex(args: readonly string[], at: Scratch, variables = {}): Promise<CodexRun> {
  const [program, ...first] = REAL_CODEX.command;
  const env = { ...process.env, CODEX_HOME: at.codexHome, ...variables };
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...first, ...args],
      { env, cwd: at.work, timeout: 60_000 },
      (error, stdout, stderr) => resolve({ status: error === null ? 0 : 1, stdout, stderr }),
    );
    child.stdin?.end();
  });
}
