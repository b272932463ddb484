import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Delivery } from './script.ts';
import type { Write } from './speaker.ts';

/** One thing that happens on the connection. The last beat is `end` or `reset`. */
export type Beat =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'end' }
  | { readonly type: 'reset' };

const COMPRESS = {
  gzip: gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
  zstd: zstdCompressSync,
} as const satisfies Record<NonNullable<Delivery['encoding']>, (bytes: Uint8Array) => Uint8Array>;

/** What goes out when. Compression is of the whole body, so pauses come before it then. */
export function schedule(writes: readonly Write[], delivery: Delivery): readonly Beat[] {
  const beats = slow(compressed(writes.map(toBeat), delivery), delivery);
  const ended = beats.at(-1)?.type;
  const whole = ended === 'end' || ended === 'reset' ? beats : [...beats, { type: 'end' } as const];
  return stalled(cut(whole, delivery), delivery);
}

function toBeat(write: Write): Beat {
  switch (write.type) {
    case 'text':
      return { type: 'bytes', bytes: Buffer.from(write.text) };
    case 'bytes':
      return write;
    case 'pause':
      return { type: 'wait', ms: write.ms };
    case 'cut':
      return { type: write.how };
  }
}

function compressed(beats: readonly Beat[], { encoding }: Delivery): readonly Beat[] {
  if (encoding === undefined) return beats;
  const bytes = Buffer.concat(beats.flatMap((beat) => (beat.type === 'bytes' ? [beat.bytes] : [])));
  const others = beats.filter((beat) => beat.type === 'wait');
  const ends = beats.filter((beat) => beat.type === 'end' || beat.type === 'reset');
  return [...others, { type: 'bytes', bytes: COMPRESS[encoding](bytes) }, ...ends];
}

function slow(beats: readonly Beat[], { chunkBytes, paceMs }: Delivery): readonly Beat[] {
  if (chunkBytes === undefined && paceMs === undefined) return beats;
  const rest: readonly Beat[] = paceMs === undefined ? [] : [{ type: 'wait', ms: paceMs }];
  return beats.flatMap((beat) =>
    beat.type === 'bytes'
      ? split(beat.bytes, chunkBytes).flatMap((bytes) => [{ type: 'bytes', bytes } as const, ...rest])
      : [beat],
  );
}

function split(bytes: Uint8Array, size: number | undefined): readonly Uint8Array[] {
  if (size === undefined) return [bytes];
  const list: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) list.push(bytes.subarray(at, at + size));
  return list;
}

function cut(beats: readonly Beat[], { cut: limit }: Delivery): readonly Beat[] {
  if (limit === undefined) return beats;
  const [before, reached] = take(beats, limit.afterBytes);
  return reached ? [...before, { type: limit.how }] : beats;
}

function stalled(beats: readonly Beat[], { stall }: Delivery): readonly Beat[] {
  if (stall === undefined) return beats;
  const [before, reached, after] = take(beats, stall.afterBytes);
  return reached ? [...before, { type: 'wait', ms: stall.ms }, ...after] : beats;
}

/** The beats up to a number of bytes, whether there were as many, and the beats after them. */
function take(beats: readonly Beat[], limit: number): readonly [readonly Beat[], boolean, readonly Beat[]] {
  const before: Beat[] = [];
  let sent = 0;
  for (const [index, beat] of beats.entries()) {
    if (beat.type !== 'bytes' || sent + beat.bytes.length < limit) {
      before.push(beat);
      sent += beat.type === 'bytes' ? beat.bytes.length : 0;
      continue;
    }
    const room = limit - sent;
    const head: readonly Beat[] = room === 0 ? [] : [{ type: 'bytes', bytes: beat.bytes.subarray(0, room) }];
    const left = beat.bytes.subarray(room);
    const tail: readonly Beat[] = left.length === 0 ? [] : [{ type: 'bytes', bytes: left }];
    return [[...before, ...head], true, [...tail, ...beats.slice(index + 1)]];
  }
  return [before, false, []];
}
