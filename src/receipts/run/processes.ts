import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A running process. @property marked  it, or what started it, was given the variable that marks a run. */
export type ProcessRow = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly marked: boolean;
};

/** The variable that marks every process of a run, wherever it went: a daemon leaves its parent, its group and its
 *  session, but seldom its environment. */
export const RUN_VARIABLE = 'PLUGBOARD_COMPARE_RUN';

/** The processes of a run: those that it marked, those in its group, and all that descend from either.
 *  @param root   the first process; left out where it has ended, since its number may be another's by then.
 *  @param spare  not ended, with all that descends from it: the gateway, where Codex brought it up again. */
export function processesOf(
  rows: readonly ProcessRow[],
  root: number | undefined,
  spare: (pid: number) => boolean,
): readonly number[] {
  const children = Map.groupBy(rows, (row) => row.parent);
  const below = (pids: readonly number[]): ReadonlySet<number> => {
    const found = new Set(pids);
    for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child.pid);
    return found;
  };
  const spared = below(rows.flatMap((row) => (spare(row.pid) ? [row.pid] : [])));
  const isOwn = (row: ProcessRow): boolean => row.marked || row.pid === root || row.group === root;
  const own = below(rows.flatMap((row) => (isOwn(row) ? [row.pid] : [])));
  return rows.flatMap(({ pid }) => (own.has(pid) && !spared.has(pid) ? [pid] : []));
}

const ASK_MS = 2_000;
const POLL_MS = 40;
const GIVE_UP_MS = 10_000;

/** @property run    the value of the variable that marks the run's processes. */
export type ProcessMarks = { readonly run: string; readonly spare: (pid: number) => boolean };

/** Says of a value of that variable whether its process is meant. */
export type IsMeant = (run: string) => boolean;

/** Ends a whole tree of processes: asked first, made to after two seconds. Returns when none is left, or none would go. */
export async function endProcesses(root: number | undefined, { run, spare }: ProcessMarks): Promise<void> {
  await endAll(root, (value) => value === run, spare);
}

/** The same for what several runs have left, none of whose first processes is known to live. */
export async function endMarked(isMeant: IsMeant, spare: ProcessMarks['spare']): Promise<void> {
  await endAll(undefined, isMeant, spare);
}

async function endAll(root: number | undefined, isMeant: IsMeant, spare: ProcessMarks['spare']): Promise<void> {
  if (process.platform === 'win32') {
    if (root !== undefined)
      await promisify(execFile)('taskkill', ['/pid', String(root), '/T', '/F']).catch(() => undefined);
    return;
  }
  const began = performance.now();
  const asked = new Set<number>();
  for (;;) {
    const left = processesOf(await runningProcesses(isMeant), root, spare);
    const took = performance.now() - began;
    if (left.length === 0 || took > GIVE_UP_MS) return;
    for (const pid of left) {
      if (took > ASK_MS) signal(pid, 'SIGKILL');
      else if (!asked.has(pid)) signal(pid, 'SIGTERM');
      asked.add(pid);
    }
    await sleep(POLL_MS);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

/** Those that ended and wait to be reaped are left out. */
export async function runningProcesses(isMeant: IsMeant): Promise<readonly ProcessRow[]> {
  return process.platform === 'linux' ? fromProc(isMeant) : fromPs(isMeant);
}

const MARK = `${RUN_VARIABLE}=`;

function fromProc(isMeant: IsMeant): readonly ProcessRow[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    // The name in brackets may itself hold brackets and spaces.
    const [state, parent, group] = read(`/proc/${name}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ');
    if (state === undefined || state === '' || state === 'Z' || state === 'X') return [];
    const mark = read(`/proc/${name}/environ`)
      .split('\0')
      .find((variable) => variable.startsWith(MARK));
    const marked = mark !== undefined && isMeant(mark.slice(MARK.length));
    return [{ pid: Number(name), parent: Number(parent), group: Number(group), marked }];
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** `-E` adds the environment of the user's own processes on macOS and the BSDs. */
async function fromPs(isMeant: IsMeant): Promise<readonly ProcessRow[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axwwE', '-o', 'pid=,ppid=,pgid=,stat=,command='], {
    maxBuffer: 64 * 1_024 * 1_024,
  });
  const mark = new RegExp(` ${MARK}(\\S+)`);
  return stdout.split('\n').flatMap((text) => {
    const [, pid, parent, group, state = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)/.exec(text) ?? [];
    if (pid === undefined || state.startsWith('Z')) return [];
    const run = mark.exec(text)?.[1];
    const marked = run !== undefined && isMeant(run);
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), marked }];
  });
}
