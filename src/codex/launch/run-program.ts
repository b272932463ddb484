import { spawn } from 'node:child_process';

/** How a program ended. @property told  a signal had told it, or us, to end: a program may make a code of that. */
export type ExitStatus =
  | { readonly code: number; readonly told?: NodeJS.Signals }
  | { readonly signal: NodeJS.Signals };

/** @property environment  all of it, not additions. @property input  its standard input, in the place of ours. */
export type Program = {
  readonly command: readonly [string, ...string[]];
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
};

/** Runs a program in our place: on our terminal, with our standard streams, until it ends. Signals that we get are its
 *  own. @throws Error when it cannot be started. */
export async function runProgram(program: Program): Promise<ExitStatus> {
  const [file, ...first] = program.command;
  const child = spawn(file, [...first, ...program.args], {
    stdio: [program.input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'],
    env: program.environment,
    ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
  });
  // A program that ends before it has read all of it says so by its exit status.
  child.stdin?.on('error', () => {}).end(program.input);
  let told: NodeJS.Signals | undefined;
  const release = forwardSignals((signal, isSent) => {
    if (ENDING.has(signal)) told = signal;
    if (isSent) child.kill(signal);
  });
  try {
    return await new Promise<ExitStatus>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        if (signal !== null) resolve({ signal });
        else resolve(told === undefined ? { code: code ?? 1 } : { code: code ?? 1, told });
      });
    });
  } finally {
    release();
  }
}

const ENDING: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGBREAK', 'SIGTERM', 'SIGHUP']);

/** A keyboard sends Ctrl-C to every process on the terminal, so the child has it already, and a second one would mean
 *  something else to it: from a terminal we only stay alive. Windows does the same with its console events, and there
 *  `kill` would end the child at once.
 *  @param heard  `isSent`: the child has yet to be told. */
function forwardSignals(heard: (signal: NodeJS.Signals, isSent: boolean) => void): () => void {
  const windows = process.platform === 'win32';
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const fromKeyboard: readonly NodeJS.Signals[] = windows ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGQUIT'];
  const sent: readonly NodeJS.Signals[] = windows
    ? ['SIGTERM']
    : ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'];
  const handlers = new Map<NodeJS.Signals, () => void>();
  for (const signal of fromKeyboard) handlers.set(signal, () => heard(signal, !windows && !terminal));
  for (const signal of sent) handlers.set(signal, () => heard(signal, true));
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

/** Ends this process as the program ended, so that a shell sees the same: the code, or death by the same signal. Windows
 *  has no signals to die of; there it is a failure. */
export function endLike(status: ExitStatus): void {
  if ('code' in status) process.exitCode = status.code;
  else if (process.platform === 'win32') process.exitCode = 1;
  else process.kill(process.pid, status.signal);
}
