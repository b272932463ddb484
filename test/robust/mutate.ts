import { mutateJson } from './mutate-json.ts';
import type { Random } from './random.ts';

/** Bytes that mean something to somebody on the way. */
const TOKENS: readonly [string, ...string[]] = [
  '\n\n',
  '\r\n',
  '\r',
  'data: ',
  'data:',
  'data: [DONE]\n\n',
  'event: error\n',
  ': comment\n\n',
  '\ufeff',
  '\u2028',
  '{',
  '}',
  '[',
  '"',
  '\\',
  '\\u',
  'pb1:',
  'pb1:{}',
  '<think>',
  '</think>',
  'data: {"error":{"message":"broken","code":"500"}}\n\n',
  'data: {"type":"error","error":{"type":"overloaded_error","message":"x"}}\n\n',
];

/** A changed copy of a sample: one to six mutations, each of bytes, of events, or of the JSON inside.
 *  @param others  samples of which pieces are put in. */
export function mutate(sample: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = sample;
  const times = 1 + random.below(6);
  for (let time = 0; time < times && bytes.length < MAX_LENGTH; time += 1) bytes = mutateOnce(bytes, others, random);
  return bytes;
}

const MAX_LENGTH = 1024 * 1024;

function mutateOnce(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const until = Math.min(bytes.length, at + 1 + random.below(40));
  switch (random.below(12)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return spliced(bytes, at, until, new Uint8Array(0));
    case 2:
      return spliced(bytes, at, at, bytes.subarray(at, until));
    case 3:
      return spliced(bytes, at, Math.min(bytes.length, at + 1), Uint8Array.of(random.below(256)));
    case 4:
      return spliced(bytes, at, at, Buffer.from(random.pick(TOKENS)));
    case 5: {
      const other = others[random.below(others.length)] ?? bytes;
      const from = random.below(other.length + 1);
      return spliced(bytes, at, until, other.subarray(from, from + random.below(2_000)));
    }
    case 6:
      return inFrames(bytes, (frames) => swapped(frames, random));
    case 7:
      return inFrames(bytes, (frames) => repeated(frames, random));
    default:
      return inFrames(bytes, (frames) => {
        const index = random.below(frames.length);
        return frames.map((frame, place) => (place === index ? mutateData(frame, random) : frame));
      });
  }
}

function spliced(bytes: Uint8Array, from: number, until: number, insert: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(until)]);
}

/** Server-sent events, or a body that is all one. */
function inFrames(bytes: Uint8Array, change: (frames: readonly string[]) => readonly string[]): Uint8Array {
  return Buffer.from(change(Buffer.from(bytes).toString('utf8').split('\n\n')).join('\n\n'));
}

function swapped(frames: readonly string[], random: Random): readonly string[] {
  const moved = [...frames];
  moved.splice(random.below(moved.length), 0, ...moved.splice(random.below(moved.length), 1));
  return moved;
}

function repeated(frames: readonly string[], random: Random): readonly string[] {
  const index = random.below(frames.length);
  const times = random.chance(0.1) ? 500 : 2;
  return frames.flatMap((frame, place) => (place === index ? Array<string>(times).fill(frame) : [frame]));
}

function mutateData(frame: string, random: Random): string {
  const start = frame.lastIndexOf('data:');
  if (start === -1) return mutateJson(frame, random);
  return `${frame.slice(0, start)}data: ${mutateJson(frame.slice(start + 'data:'.length), random)}`;
}

/** A long input in single bytes says no more than its beginning does. */
const MAX_CHUNKS = 3_000;

/** The bytes in pieces, cut anywhere. */
export function inChunks(bytes: Uint8Array, random: Random): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const longest = random.pick([1, 7, 100, 4_000]);
  for (let at = 0; at < bytes.length; ) {
    const end = chunks.length < MAX_CHUNKS ? Math.min(bytes.length, at + 1 + random.below(longest)) : bytes.length;
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}
