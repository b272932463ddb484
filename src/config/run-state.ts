import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, parseJson } from '../ir/json.ts';
import { writeAtomic } from './atomic-write.ts';

/** What a running gateway tells of itself, in `PLUGBOARD_HOME/run/gateway.json`.
 *  @property startedAt   ms since the epoch.
 *  @property configFile  the file that it serves, whether or not it is there.
 *  @property instance    random for each start: it tells a restart, and a pid that another program took. */
export type RunState = {
  readonly pid: number;
  readonly url: string;
  readonly startedAt: number;
  readonly version: string;
  readonly configFile: string;
  readonly instance: string;
};

/** Without zod, which takes longer to load than all the rest of `plugboard token --start`: Codex waits for that one. */
function parseRunState(text: string): RunState | undefined {
  const value = parseJson(text);
  if (!isJsonObject(value)) return undefined;
  const { pid, url, startedAt, version, configFile, instance } = value;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1 || typeof startedAt !== 'number') return undefined;
  if (typeof url !== 'string' || !URL.canParse(url) || typeof version !== 'string') return undefined;
  if (typeof configFile !== 'string' || typeof instance !== 'string' || instance === '') return undefined;
  return { pid, url, startedAt, version, configFile, instance };
}

export function runStateFile(home: string): string {
  return join(home, 'run', 'gateway.json');
}

export function writeRunState(home: string, state: RunState): void {
  mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
  writeAtomic(runStateFile(home), `${JSON.stringify(state)}\n`, 0o600);
}

/** `stale`: the file is there but its process is not, as after kill -9 or a reboot. A pid may also have gone to another
 *  program: who must be sure asks the gateway itself and compares `instance`. */
export type RunStatus =
  | { readonly status: 'running' | 'stale'; readonly state: RunState }
  | { readonly status: 'absent' };

export function readRunState(home: string): RunStatus {
  let text: string;
  try {
    text = readFileSync(runStateFile(home), 'utf8');
  } catch {
    return { status: 'absent' };
  }
  const state = parseRunState(text);
  if (state === undefined) return { status: 'absent' };
  return { status: isAlive(state.pid) ? 'running' : 'stale', state };
}

/** Removes the file where it is still that instance's: another gateway may have started meanwhile. */
export function removeRunState(home: string, instance: string): void {
  const found = readRunState(home);
  if (found.status !== 'absent' && found.state.instance === instance) rmSync(runStateFile(home), { force: true });
}

/** Signal 0 asks only whether the process is there, on every platform. EPERM: it is, and another user's. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
