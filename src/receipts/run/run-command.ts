import { type ChildProcess, spawn } from 'node:child_process';
import { endProcesses, type ProcessMarks, RUN_VARIABLE } from './processes.ts';

/** @property command    a file with its arguments, or a line for the system's shell.
 *  @property input      for its standard input; left out: nothing.
 *  @property stop       ends it, with all that it started.
 *  @property say        gets what it writes, as it comes. */
export type CommandRun = {
  readonly command: readonly [string, ...string[]] | string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly limitMs: number;
  readonly stop: AbortSignal;
  readonly marks: ProcessMarks;
  readonly say: (text: string, stream: 'out' | 'err') => void;
};

/** How a command ended.
 *  @property exit  its status; `null` where a signal ended it. */
export type CommandEnd =
  | { readonly type: 'ended'; readonly exit: number | null; readonly ms: number }
  | { readonly type: 'late'; readonly ms: number }
  | { readonly type: 'stopped'; readonly ms: number }
  | { readonly type: 'not-started'; readonly message: string; readonly ms: number };

/** Standard streams may stay open in what a command left behind; nobody waits for those. */
const DRAIN_MS = 500;

/** Runs a command to its end, its time limit, or the word to stop. At the latter two its whole tree of processes is ended
 *  before this returns. What it leaves behind when it ends by itself lives on. */
export async function runCommand(run: CommandRun): Promise<CommandEnd> {
  const began = performance.now();
  const took = (): number => performance.now() - began;
  if (run.stop.aborted) return { type: 'stopped', ms: 0 };
  const child = start(run);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => run.say(text, 'out'));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => run.say(text, 'err'));
  // A command that does not read its input is no trouble.
  child.stdin?.on('error', () => undefined).end(run.input ?? '');
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('error', (error) => resolve({ type: 'not-started', message: error.message, ms: took() }));
    child.once('exit', (exit) => resolve({ type: 'ended', exit, ms: took() }));
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CommandEnd>((resolve) => {
    timer = setTimeout(() => resolve({ type: 'late', ms: took() }), run.limitMs);
  });
  const stopping = onStop(run.stop, took);
  try {
    const end = await Promise.race([ended, late, stopping.stopped]);
    if (end.type === 'late' || end.type === 'stopped') {
      if (child.pid !== undefined) await endProcesses(child.pid, run.marks);
      // One that even that does not end, as in a call of the kernel's, is not waited for.
      await Promise.race([ended, drained()]);
    }
    if (end.type !== 'not-started') await Promise.race([closed, drained()]);
    return end;
  } finally {
    clearTimeout(timer);
    stopping.release();
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  }
}

function start({ command, directory, environment, marks }: CommandRun): ChildProcess {
  const options = {
    cwd: directory,
    env: { ...environment, [RUN_VARIABLE]: marks.run },
    // A group of its own, so that a terminal's Ctrl-C comes to us alone, who then end it.
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: 'pipe',
  } as const;
  if (typeof command === 'string') return spawn(command, { ...options, shell: true });
  const [file, ...args] = command;
  return spawn(file, args, options);
}

function onStop(
  stop: AbortSignal,
  took: () => number,
): { readonly stopped: Promise<CommandEnd>; readonly release: () => void } {
  let listener = (): void => undefined;
  const stopped = new Promise<CommandEnd>((resolve) => {
    listener = () => resolve({ type: 'stopped', ms: took() });
    stop.addEventListener('abort', listener, { once: true });
  });
  return { stopped, release: () => stop.removeEventListener('abort', listener) };
}

function drained(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, DRAIN_MS).unref();
  });
}
