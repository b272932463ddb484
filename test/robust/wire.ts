import assert from 'node:assert/strict';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { GatewayError } from '../../src/ir/failure.ts';
import { inflate } from '../../src/upstream/inflate.ts';
import { decodeSse, type SseFrame } from '../../src/wire/sse.ts';
import { inChunks } from './mutate.ts';
import type { Random } from './random.ts';
import { upstreamReplies } from './samples.ts';
import type { Subject } from './subject.ts';

/** What lies below the protocols: framing and compression. */
export function wireSubjects(): readonly Subject[] {
  const [sample = new Uint8Array(0)] = upstreamReplies('openai-chat');
  return [
    { name: 'sse', samples: upstreamReplies('openai-chat'), check: checkSse },
    {
      name: 'inflate',
      samples: [
        gzipSync(sample),
        brotliCompressSync(sample),
        zstdCompressSync(sample),
        deflateSync(sample),
        BOMB,
        gzipSync(BOMB),
      ],
      check: checkInflate,
    },
  ];
}

const BOMB = gzipSync(Buffer.alloc(20_000_000));

function checkSse(input: Uint8Array, random: Random): void {
  const whole = frames([input]);
  assert.deepEqual(frames(inChunks(input, random)), whole, 'another split of the bytes gives other frames');
}

function frames(chunks: readonly Uint8Array[]): readonly SseFrame[] {
  const decoder = decodeSse();
  return [...chunks.flatMap((chunk) => [...decoder.push(chunk)]), ...decoder.end()];
}

const ENCODINGS: readonly [string, ...string[]] = [
  'gzip',
  'br',
  'zstd',
  'deflate',
  'gzip, gzip',
  'gzip, br',
  'constructor',
  'gzip,',
];
const LIMIT = 1_000_000;

/** Ends once, in an end or a failure, and gives out no more than the limit. */
async function checkInflate(input: Uint8Array, random: Random): Promise<void> {
  const encoding = random.pick(ENCODINGS);
  const over = Promise.withResolvers<void>();
  let size = 0;
  let ends = 0;
  const ended = (): void => {
    ends += 1;
    over.resolve();
  };
  const sink = orNothing(() =>
    inflate(
      encoding,
      {
        chunk: (bytes) => {
          assert.equal(ends, 0, 'bytes after the end');
          size += bytes.length;
          return true;
        },
        end: ended,
        fail: ended,
      },
      LIMIT,
    ),
  );
  if (sink === undefined) return;
  for (const chunk of inChunks(input, random)) {
    const drained = Promise.withResolvers<void>();
    if (!sink.chunk(chunk, drained.resolve)) await Promise.race([drained.promise, over.promise]);
  }
  sink.end();
  await over.promise;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(ends, 1, 'a reply that ends twice');
  assert.ok(size <= LIMIT, 'more bytes than the limit');
}

function orNothing<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return undefined;
  }
}
