import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Environment } from '../config/environment.ts';
import { codexEnvironment } from './launch/codex-environment.ts';
import { type Codex, findCodex } from './launch/find-codex.ts';
import { OWN_INSTRUCTIONS } from './own-instructions.ts';

const PROBE_TIMEOUT_MS = 20_000;
/** Set nowhere: Codex stops before its first request. */
const UNSET_VARIABLE = 'PLUGBOARD_PROBE_KEY_THAT_IS_NOT_SET';

/** How long a Codex that asks for its models is kept waiting; it gives up after 5 s. */
const PATIENCE_MS = 3_000;

/** The text with which every thread begins, for a catalogue that a Codex asks for.
 *  @param clientVersion  of that Codex, as it says in `client_version`. */
export type Instructions = (clientVersion?: string) => Promise<string>;

/** The user's own Codex is asked for its words once a version; they are kept in our folder. Our own short text where
 *  there is no Codex, or it does not tell, and the first time where it takes too long.
 *  @param home  PLUGBOARD_HOME.
 *  @param find  finds the Codex to ask. */
export function createInstructions(environment: Environment, home: string, find = findCodex): Instructions {
  const folder = join(home, 'run', 'codex');
  const known = new Map<string, Promise<string>>();
  return (clientVersion = '') => {
    let text = known.get(clientVersion);
    if (text === undefined) {
      text = tell(clientVersion, environment, folder, find);
      known.set(clientVersion, text);
    }
    return Promise.race([text, sleep(PATIENCE_MS, OWN_INSTRUCTIONS, { ref: false })]);
  };
}

async function tell(
  clientVersion: string,
  environment: Environment,
  folder: string,
  find: typeof findCodex,
): Promise<string> {
  const kept = readCache(folder, clientVersion);
  if (kept !== undefined) return kept;
  const codex = await find(environment);
  if (codex?.version === undefined) return OWN_INSTRUCTIONS;
  const own = readCache(folder, codex.version);
  if (own !== undefined) return own;
  try {
    const asked = await askCodex(codex, environment, folder);
    if (asked === undefined) return OWN_INSTRUCTIONS;
    const cache = cacheFile(folder, codex.version);
    writeFileSync(`${cache}.tmp`, asked, { mode: 0o600 });
    renameSync(`${cache}.tmp`, cache);
    return asked;
  } catch {
    // A full disk or a folder that is not ours: the catalogue goes out all the same.
    return OWN_INSTRUCTIONS;
  }
}

function readCache(folder: string, version: string): string | undefined {
  if (!/^[\w.-]+$/.test(version)) return undefined;
  try {
    return readFileSync(cacheFile(folder, version), 'utf8');
  } catch {
    return undefined;
  }
}

function cacheFile(folder: string, version: string): string {
  return join(folder, `instructions-${version}.md`);
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
