import type { Io } from './io.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const QUIET_MS = 500;
const FRAME_MS = 80;

/** Runs `work` and, once it has taken half a second, shows on a terminal what is being waited for. Elsewhere silent.
 *  @param work  gets a function that changes the words. */
export async function withProgress<T>(
  io: Io,
  words: string,
  work: (say: (words: string) => void) => Promise<T>,
): Promise<T> {
  if (!io.err.isTty) return work(() => {});
  let said = words;
  let frame = 0;
  let shown = false;
  const draw = (): void => {
    shown = true;
    io.err.write(`\r\x1b[2K${io.err.paint('cyan', FRAMES[frame++ % FRAMES.length] ?? '')} ${said}`);
  };
  let ticker: NodeJS.Timeout | undefined;
  const starter = setTimeout(() => {
    draw();
    ticker = setInterval(draw, FRAME_MS);
  }, QUIET_MS);
  try {
    return await work((next) => {
      said = next;
    });
  } finally {
    clearTimeout(starter);
    clearInterval(ticker);
    if (shown) io.err.write('\r\x1b[2K');
  }
}
