import { type Failure, GatewayError } from '../ir/failure.ts';
import { gatherBytes } from '../wire/gather-bytes.ts';
import { decodeSse, type SseFrame } from '../wire/sse.ts';

/** Where the contents of a streamed reply go. After `isOver` nothing more is read.
 *  @property frame  one event of the stream, as it arrives.
 *  @property body   the text of a reply that was no stream, at its end. */
export type ReplySink = {
  readonly frame: (frame: SseFrame) => void;
  readonly body: (text: string) => void;
  readonly fail: (failure: Failure) => void;
  readonly isOver: () => boolean;
};

/** The longest reply without framing that is kept until its end, in bytes. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** The longest stream that is read, in bytes: several times what the longest replies take. */
const MAX_STREAM_BYTES = 256 * 1024 * 1024;

/** The bytes of a reply to a call that asked for a stream. Servers also answer it with one JSON object or an error page,
 *  whatever their content type says: those are told by how they begin. A sink that throws a GatewayError, at a bound of
 *  its own, is told it as the failure of the reply.
 *  @param limit  of a stream, in bytes. */
export function replyBytes(
  sink: ReplySink,
  limit: number = MAX_STREAM_BYTES,
): {
  readonly push: (bytes: Uint8Array) => void;
  readonly end: () => void;
} {
  const sse = decodeSse();
  const body = gatherBytes();
  let streamBytes = 0;
  let form: 'unknown' | 'stream' | 'body' = 'unknown';

  /** @param bytes  the next piece, or null for the end. What every chunk of every reply goes through makes no closures. */
  const nextFrames = (bytes: Uint8Array | null): readonly SseFrame[] => {
    try {
      return bytes === null ? sse.end() : sse.push(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      sink.fail({ kind: 'protocol', message: 'The provider sent an event that is too long.' });
      return [];
    }
  };

  const readFrames = (bytes: Uint8Array | null): void => {
    try {
      for (const frame of nextFrames(bytes)) {
        if (sink.isOver()) return;
        sink.frame(frame);
      }
    } catch (error) {
      sink.fail(failureOf(error));
    }
  };

  const keep = (bytes: Uint8Array): void => {
    // The bytes belong to the caller, who may use their memory again.
    if (body.size() + bytes.length <= MAX_BODY_BYTES) body.add(new Uint8Array(bytes));
    else sink.fail({ kind: 'protocol', message: 'The provider sent a reply that is too long, and no stream.' });
  };

  const read = (bytes: Uint8Array): void => {
    streamBytes += bytes.length;
    if (streamBytes <= limit) readFrames(bytes);
    else sink.fail({ kind: 'protocol', message: 'The provider sent a stream that is too long.' });
  };

  return {
    push: (bytes) => {
      if (sink.isOver()) return;
      if (form === 'unknown') form = formOf(bytes);
      if (form === 'body') keep(bytes);
      else read(bytes);
    },
    end: () => {
      if (sink.isOver()) return;
      if (form === 'body') guarded(sink.fail, () => sink.body(new TextDecoder().decode(body.take())));
      else readFrames(null);
    },
  };
}

/** Reads something of a reply; a bound that it runs into is the failure of the reply. */
export function guarded(fail: (failure: Failure) => void, read: () => void): void {
  try {
    read();
  } catch (error) {
    fail(failureOf(error));
  }
}

/** @throws the error itself where it is a bug of ours. */
function failureOf(error: unknown): Failure {
  if (error instanceof GatewayError) return error.failure;
  throw error;
}

/** No line of a stream begins with a brace or bracket, nor with the `<` of an error page. White space and a byte-order
 *  mark tell nothing. */
function formOf(bytes: Uint8Array): 'unknown' | 'stream' | 'body' {
  for (const byte of bytes) {
    if (byte <= 0x20 || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
    return byte === 0x7b || byte === 0x5b || byte === 0x3c ? 'body' : 'stream';
  }
  return 'unknown';
}
