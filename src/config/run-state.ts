import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../ir/json.ts';
import { writeAtomic } from './atomic-write.ts';

/** What a running gateway tells of itself, in `PLUGBOARD_HOME/run/gateway.json`.
 *  @property startedAt   ms since the epoch.
 *  @property configFile  the file that it serves, whether or not it is there.
 *  @property instance    random for each start: it tells a restart, and a pid that another program took. */
export type RunState = z.output<typeof schema>;

const schema = z.object({
  pid: z.int().positive(),
  url: z.url(),
  startedAt: z.number(),
  version: z.string(),
  configFile: z.string(),
  instance: z.string().min(1),
});

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
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) return { status: 'absent' };
  return { status: isAlive(parsed.data.pid) ? 'running' : 'stale', state: parsed.data };
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
