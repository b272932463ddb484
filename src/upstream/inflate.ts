import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { GatewayError } from '../ir/failure.ts';
import type { ByteSink } from './upstream.ts';

/** A decoded body larger than this is taken for a decompression bomb, in bytes. */
const MAX_DECODED_BYTES = 256 * 1024 * 1024;
const MAX_LAYERS = 4;

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
  ['zstd', () => createZstdDecompress()],
]);

/** Undoes a Content-Encoding, stacked ones too (the last named is the outermost).
 *  @param limit  bytes of decoded body after which the reply fails.
 *  @throws GatewayError protocol for an encoding that is not known. */
export function inflate(encoding: string, sink: ByteSink, limit: number = MAX_DECODED_BYTES): ByteSink {
  const names = encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length > MAX_LAYERS) throw refused(`The reply is compressed ${names.length} times over.`);
  let inner = sink;
  for (const name of names) inner = layer(name, inner, limit);
  return inner;
}

function layer(name: string, sink: ByteSink, limit: number): ByteSink {
  const create = DECODERS.get(name);
  if (create === undefined) throw refused(`The reply has the unknown content-encoding "${name.slice(0, 40)}".`);
  const decoder = create();
  let over = false;
  let decoded = 0;
  const fail: ByteSink['fail'] = (failure) => {
    if (over) return;
    over = true;
    decoder.destroy();
    sink.fail(failure);
  };
  decoder.on('data', (bytes: Buffer) => {
    if (over) return;
    decoded += bytes.length;
    if (decoded > limit) {
      fail({ kind: 'protocol', message: `The reply unpacks to more than ${limit} bytes and was dropped.` });
    } else if (!sink.chunk(bytes, () => decoder.resume())) decoder.pause();
  });
  decoder.on('end', () => {
    if (over) return;
    over = true;
    sink.end();
  });
  decoder.on('error', () => fail({ kind: 'protocol', message: `The reply is not valid ${name} data.` }));
  return {
    chunk: (bytes, resume) => {
      if (over) return true;
      const room = decoder.write(bytes);
      if (!room) decoder.once('drain', resume);
      return room;
    },
    end: () => void (over || decoder.end()),
    fail,
  };
}

function refused(message: string): GatewayError {
  return new GatewayError({ kind: 'protocol', message });
}
