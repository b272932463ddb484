import { fstatSync } from 'node:fs';
import { styleText } from 'node:util';
import type { Environment } from '../config/environment.ts';
import { CliError } from './cli-error.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** The terminal as commands see it: facts go to `out`, everything else to `err`.
 *  @property columns  width of standard output where it is a terminal.
 *  @property piped    what a pipe or a file gives on standard input; undefined where it is a terminal or nothing. */
export type Io = {
  readonly out: Stream;
  readonly err: Stream;
  readonly interactive: boolean;
  readonly columns?: number;
  readonly piped: () => Promise<string | undefined>;
};

/** @property paint  styles a text where the stream shows colours, and leaves it alone elsewhere. */
export type Stream = {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  readonly paint: (style: Style, text: string) => string;
};

/** The process's own terminal. A reader that goes away (`plugboard history | head`) is no error. */
export function processIo(environment: Environment): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  // A terminal without a size says 0.
  const columns = process.stdout.columns || undefined;
  return {
    out: stream(process.stdout, environment),
    err: stream(process.stderr, environment),
    piped: () => readPiped(process.stdin),
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true && environment['CI'] === undefined,
    ...(columns === undefined ? {} : { columns }),
  };
}

/** More than this is no prompt, in bytes. */
const MAX_PIPED = 64 * 1024 * 1024;

/** @throws CliError where more comes than anybody could mean. */
async function readPiped(input: NodeJS.ReadStream): Promise<string | undefined> {
  const facts = fstatSync(0, { throwIfNoEntry: false });
  if (facts === undefined || !(facts.isFIFO() || facts.isFile() || facts.isSocket())) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_PIPED) {
      throw new CliError({ message: 'standard input holds more than 64 MB', mend: 'Pipe in the part that matters.' });
    }
    chunks.push(bytes);
  }
  return size === 0 ? undefined : Buffer.concat(chunks).toString('utf8');
}

function stream(target: NodeJS.WriteStream, environment: Environment): Stream {
  const isTty = target.isTTY === true;
  const colour = isTty && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  return {
    write: (text) => void target.write(text),
    isTty,
    paint: (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text),
  };
}

/** One line of text. */
export function line(stream: Stream, text = ''): void {
  stream.write(`${text}\n`);
}

/** A fact for scripts: one JSON value, indented for people who look at it. */
export function printJson(io: Io, value: unknown): void {
  io.out.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Lines under a title, where there are any. */
export function section({ out }: Pick<Io, 'out'>, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  line(out, `\n${out.paint('bold', title)}`);
  for (const text of lines) line(out, `  ${text}`);
}
