import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFile } from '../background/log-file.ts';
import { CliError, DONE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';

const CHUNK = 64 * 1024;
const POLL_MS = 200;
const NEWLINE = 0x0a;

export type LogsOptions = { readonly follow: boolean; readonly lines: number };

/** The end of the background gateway's log, and with `follow` what is added, across rotations, until interrupted.
 *  @param signal  ends the following; the process's own end does so otherwise. */
export async function logs(options: LogsOptions, context: CommandContext, signal?: AbortSignal): Promise<number> {
  const file = logFile(context.places.home);
  if (!existsSync(file)) {
    throw new CliError({ message: `there is no log yet at ${file}`, mend: 'plugboard start' });
  }
  let reader = openReader(file);
  try {
    reader.position = startOfTail(reader.descriptor, options.lines);
    context.io.out.write(readOn(reader));
    while (options.follow && signal?.aborted !== true) {
      await sleep(POLL_MS);
      context.io.out.write(readOn(reader));
      if (wasReplaced(reader, file)) {
        closeSync(reader.descriptor);
        reader = openReader(file);
      }
    }
  } finally {
    closeSync(reader.descriptor);
  }
  return DONE;
}

type Reader = { readonly descriptor: number; readonly decoder: StringDecoder; position: number };

function openReader(file: string): Reader {
  return { descriptor: openSync(file, 'r'), decoder: new StringDecoder('utf8'), position: 0 };
}

function readOn(reader: Reader): string {
  const buffer = Buffer.allocUnsafe(CHUNK);
  let text = '';
  for (;;) {
    const count = readSync(reader.descriptor, buffer, 0, CHUNK, reader.position);
    if (count === 0) return text;
    reader.position += count;
    text += reader.decoder.write(buffer.subarray(0, count));
  }
}

/** Where the last `lines` lines begin, read backwards so that a long log costs no more than its end. */
function startOfTail(descriptor: number, lines: number): number {
  const buffer = Buffer.allocUnsafe(CHUNK);
  let wanted = lines;
  // The newline that ends the file ends its last line and begins none.
  for (let end = fstatSync(descriptor).size - 1; end > 0; ) {
    const start = Math.max(0, end - CHUNK);
    readSync(descriptor, buffer, 0, end - start, start);
    for (let index = end - start - 1; index >= 0; index--) {
      if (buffer[index] === NEWLINE && --wanted === 0) return start + index + 1;
    }
    end = start;
  }
  return 0;
}

/** Rotated away, or cut short. A file that is gone for the moment of a rotation is waited for. */
function wasReplaced(reader: Reader, file: string): boolean {
  const now = statSync(file, { throwIfNoEntry: false });
  if (now === undefined) return false;
  const opened = fstatSync(reader.descriptor);
  return now.ino !== opened.ino || now.size < reader.position;
}
