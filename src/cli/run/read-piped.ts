import { type Io, line } from '../io.ts';

/** After so long, in ms, who waits is told what for. */
const QUIET_MS = 1_000;

/** What is piped in. A pipe that nobody ends would keep a run waiting without a word. */
export async function readPiped(io: Pick<Io, 'piped' | 'err'>, quietMs = QUIET_MS): Promise<string | undefined> {
  const waiting = setTimeout(() => line(io.err, WAITING), quietMs);
  try {
    return await io.piped();
  } finally {
    clearTimeout(waiting);
  }
}

const WAITING = 'reading standard input, since it is a pipe; end it with Ctrl-D or give </dev/null';
