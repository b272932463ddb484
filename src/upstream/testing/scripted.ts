import type { InferenceEvent } from '../../ir/event.ts';
import { type Failure, GatewayError } from '../../ir/failure.ts';
import type { Headers } from '../../protocols/protocol.ts';
import type { Transducer } from '../../wire/transducer.ts';
import type { PreparedCall, ReplyDecoding } from '../call.ts';
import type { Transport, UpstreamCall } from '../upstream.ts';

/** What a scripted upstream does with one call: refuses before a head, or answers with pieces of a body, each one event
 *  per line as JSON; a failure among the pieces breaks the connection off, `stay` keeps it open. */
export type Script =
  | { readonly refuse: Failure }
  | {
      readonly status?: number;
      readonly headers?: Headers;
      readonly pieces: readonly (string | InferenceEvent | Failure | 'stay')[];
    };

/** A transport that plays one script per call, in order. @property calls  what it was sent. */
export function scriptedTransport(scripts: readonly Script[]): {
  readonly transport: Transport;
  readonly calls: UpstreamCall[];
  readonly cancelled: () => number;
} {
  const calls: UpstreamCall[] = [];
  let cancelled = 0;
  const transport: Transport = async (call) => {
    const script = scripts[calls.length];
    calls.push(call);
    if (script === undefined) throw new RangeError('more calls than scripts');
    if ('refuse' in script) throw new GatewayError(script.refuse);
    return {
      status: script.status ?? 200,
      headers: script.headers ?? { 'content-type': 'text/event-stream' },
      text: async () => script.pieces.filter((piece) => typeof piece === 'string').join(''),
      cancel: () => {
        cancelled += 1;
      },
      pipe: (sink) => {
        call.signal.addEventListener('abort', () => sink.fail({ kind: 'cancelled', message: 'The client left.' }));
        for (const piece of script.pieces) {
          if (piece === 'stay') return;
          if (typeof piece === 'object' && 'kind' in piece && 'message' in piece) return sink.fail(piece);
          sink.chunk(Buffer.from(typeof piece === 'string' ? piece : `${JSON.stringify(piece)}\n`), () => {});
        }
        sink.end();
      },
    };
  };
  return { transport, calls, cancelled: () => cancelled };
}

/** Events as JSON lines, which is what a scripted upstream speaks. A line `throw` breaks the decoder itself. */
export function jsonLines(): Transducer<Uint8Array, InferenceEvent> {
  let ended = false;
  return {
    push: (bytes) => {
      const lines = Buffer.from(bytes)
        .toString()
        .split('\n')
        .filter((line) => line !== '');
      if (lines.includes('throw')) throw new RangeError('broken');
      const events = lines.map((line): InferenceEvent => JSON.parse(line));
      ended ||= events.some((event) => event.type === 'finish' || event.type === 'error');
      return events;
    },
    end: () => (ended ? [] : [{ type: 'error', failure: { kind: 'cut', message: 'The reply ended early.' } }]),
  };
}

export function scriptedCall(form: ReplyDecoding['form'] = 'translated'): PreparedCall {
  const reply: ReplyDecoding = {
    form,
    decodeStream: jsonLines,
    decodeResponse: () => [
      { type: 'text-start' },
      { type: 'text-delta', text: 'whole' },
      { type: 'text-end' },
      { type: 'finish', reason: 'stop' },
    ],
    decodeError: (status, headers, body) => ({
      kind:
        status === 401 ? 'auth' : status === 429 ? 'rate-limited' : status === 400 ? 'invalid-request' : 'server-error',
      message: body,
      status,
      ...(headers['retry-after'] === undefined ? {} : { retryAfterMs: Number(headers['retry-after']) * 1_000 }),
    }),
  };
  return { request: { path: '/x', headers: {}, body: '{}' }, reply };
}
