import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { type Failure, GatewayError } from '../ir/failure.ts';

type Unpack = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

const UNPACK: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);
const MAX_LAYERS = 4;

/** Undoes a request's Content-Encoding: Codex packs with zstd when it is logged in with ChatGPT.
 *  @param limit  of the unpacked body, in bytes.
 *  @throws GatewayError too-large or invalid-request. */
export async function unpackBody(body: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
  let unpacked = body;
  const names = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length > MAX_LAYERS) {
    const message = `The request body is compressed ${names.length} times over.`;
    throw new GatewayError({ kind: 'invalid-request', message });
  }
  for (const name of names.reverse()) unpacked = await unpackOnce(unpacked, name, limit);
  return unpacked;
}

async function unpackOnce(body: Buffer, name: string, limit: number): Promise<Buffer> {
  const unpack = UNPACK.get(name);
  if (unpack === undefined) {
    throw new GatewayError({
      kind: 'invalid-request',
      message: `The content-encoding "${name.slice(0, 40)}" is not known; gzip, deflate, br and zstd are.`,
    });
  }
  try {
    return await unpack(body, { maxOutputLength: limit });
  } catch (cause) {
    const large = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    throw new GatewayError(
      large ? tooLarge(limit) : { kind: 'invalid-request', message: `The request body is not valid ${name} data.` },
      { cause },
    );
  }
}

export function tooLarge(limit: number): Failure {
  return {
    kind: 'too-large',
    message: `The request body is larger than ${sizeWords(limit)}.`,
    mend: 'Raise `server.body_limit` in config.yaml, or start a new session.',
  };
}

function sizeWords(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.floor(bytes / 1_024)} KiB` : `${Math.floor(bytes / 1_048_576)} MiB`;
}
