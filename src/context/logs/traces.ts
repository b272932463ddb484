/** A stack trace within a log. @property to  its end, without the line break. @property next  where the next line begins. */
export type Trace = { readonly to: number; readonly next: number; readonly lines: number };

const FRAME =
  /^(?:\s+at\s+\S|\s+File "|Traceback \(most recent call last\)|Caused by: |goroutine \d+ \[|\s+\.\.\. \d+ (?:more|common frames)|\s*#\d+ +0x|\s+\d+: +0x|stack backtrace:)/u;
const FRAME_LATER =
  /^(?:\s|Caused by: |created by |Suppressed: |\S+\(.*\)$|During handling of|The above exception|Traceback \()/u;
const PYTHON_END = /^[\w.]+(?:Error|Exception|Warning|Interrupt|Exit)?(?::|$)/u;
const MOST_LINES = 400;

export function createTraces(): {
  readonly endOf: (text: string, from: number, to: number) => Trace | undefined;
} {
  /** Most lines are no frames: their first character tells. */
  const mayBegin = (code: number): boolean =>
    code === 0x20 || code === 0x09 || code === 0x54 || code === 0x43 || code === 0x67 || code === 0x23 || code === 0x73;

  return {
    endOf: (text, from, to) => {
      if (to - from < 4 || !mayBegin(text.charCodeAt(from))) return undefined;
      const first = text.slice(from, Math.min(to, from + 400));
      if (!FRAME.test(first)) return undefined;
      const python = first.startsWith('Traceback') || first.includes('File "');
      let lines = 1;
      let end = to;
      let next = lineEnd(text, to);
      while (next < text.length && lines < MOST_LINES) {
        const found = text.indexOf('\n', next);
        const stop = found === -1 ? text.length : found;
        const line = text.slice(next, Math.min(stop, next + 400)).trimEnd();
        if (line === '' || !FRAME_LATER.test(line)) {
          if (python && PYTHON_END.test(line)) {
            lines += 1;
            end = withoutReturn(text, next, stop);
            next = Math.min(stop + 1, text.length);
          }
          break;
        }
        lines += 1;
        end = withoutReturn(text, next, stop);
        next = Math.min(stop + 1, text.length);
      }
      return { to: end, next, lines };
    },
  };
}

function lineEnd(text: string, to: number): number {
  const found = text.indexOf('\n', to);
  return found === -1 ? text.length : found + 1;
}

function withoutReturn(text: string, from: number, to: number): number {
  return to > from && text.charCodeAt(to - 1) === 0x0d ? to - 1 : to;
}
