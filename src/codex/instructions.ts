import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Environment } from '../config/environment.ts';
import { codexEnvironment } from './launch/codex-environment.ts';
import type { Codex } from './launch/find-codex.ts';
import { OWN_INSTRUCTIONS } from './own-instructions.ts';

const PROBE_TIMEOUT_MS = 20_000;
/** Set nowhere: Codex stops before its first request. */
const UNSET_VARIABLE = 'PLUGBOARD_PROBE_KEY_THAT_IS_NOT_SET';

/** The words with which Codex begins a thread of a model that it does not know: the user's own Codex is asked for them,
 *  once a version, and they are kept in our folder. Without a Codex, or where it does not tell, our own short text.
 *  @param home  PLUGBOARD_HOME. */
export async function codexInstructions(
  codex: Codex | undefined,
  environment: Environment,
  home: string,
): Promise<string> {
  if (codex?.version === undefined) return OWN_INSTRUCTIONS;
  const folder = join(home, 'run', 'codex');
  const cache = join(folder, `instructions-${codex.version}.md`);
  const cached = readCache(cache);
  if (cached !== undefined) return cached;
  const asked = await askCodex(codex, environment, folder);
  if (asked === undefined) return OWN_INSTRUCTIONS;
  writeFileSync(`${cache}.tmp`, asked, { mode: 0o600 });
  renameSync(`${cache}.tmp`, cache);
  return asked;
}

function readCache(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Starts a thread in a home of its own, for an unknown model, with a provider whose key is not set: Codex writes the
 *  thread's head with its instructions, then stops. No request is sent, to nobody. */
async function askCodex(codex: Codex, environment: Environment, folder: string): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const home = mkdtempSync(join(folder, 'probe-'));
  try {
    const [program, ...first] = codex.command;
    const provider = `{ name = "probe", base_url = "http://127.0.0.1:9/v1", env_key = "${UNSET_VARIABLE}" }`;
    const settings = [
      'model_provider="probe"',
      `model_providers.probe=${provider}`,
      'model="plugboard-probe"',
      'features.plugins=false',
      'analytics.enabled=false',
    ];
    const args = ['exec', '--skip-git-repo-check', '-C', home, ...settings.flatMap((value) => ['-c', value]), 'probe'];
    const env = { ...codexEnvironment(environment, process.platform), CODEX_HOME: home };
    const run = promisify(execFile)(program, [...first, ...args], {
      env,
      timeout: PROBE_TIMEOUT_MS,
      windowsHide: true,
    });
    run.child.stdin?.end();
    // It ends with status 1: the key is missing.
    await run.catch(() => {});
    return instructionsOf(globSync('sessions/**/*.jsonl', { cwd: home }).map((file) => join(home, file)));
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The head of a thread's record, as far as it concerns us. */
const threadHead = z.object({ payload: z.object({ base_instructions: z.object({ text: z.string().min(1) }) }) });

function instructionsOf(files: readonly string[]): string | undefined {
  for (const file of files) {
    const [line = ''] = readFileSync(file, 'utf8').split('\n', 1);
    const head = threadHead.safeParse(parseJson(line));
    if (head.success) return forFreeformPatch(head.data.payload.base_instructions.text);
  }
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Codex's words for unknown models show `apply_patch` as a shell command in JSON, while our catalogue offers it as a
 *  freeform tool, whose own description says how it is written. An example of the wrong form spoils patches, so it goes. */
export function forFreeformPatch(instructions: string): string {
  return instructions.replace(/(`apply_patch`[^\n]*?\)): \{"command":\[[^\n]*\]\}[ \t]*$/m, '$1.');
}
