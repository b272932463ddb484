import type { InferenceEvent } from '../ir/event.ts';
import type { Failure } from '../ir/failure.ts';
import type { Headers, IngressCodec, ReplyContext } from '../protocols/protocol.ts';
import type { Target } from '../providers/provider.ts';
import type { ReplySink } from '../upstream/call.ts';
import { encodeSse, type SseFrame } from '../wire/sse.ts';
import type { Transducer } from '../wire/transducer.ts';
import type { ClientReply } from './client.ts';

/** The head goes out this long after the call came, in ms, where no content has come by then. */
const HEAD_AFTER_MS = 10_000;
/** Silence after which the client is told that the call lives on, in ms. */
const KEEP_ALIVE_MS = 15_000;

/** A reply on its way to the client.
 *  @property fail     the call failed before the commit point.
 *  @property dispose  stops its timers; safe to call at any time. */
export type Render = ReplySink & { readonly fail: (failure: Failure) => void; readonly dispose: () => void };

/** @property headers     the head's headers for what is known by then: the target and how many were tried.
 *  @property context     made when the first event is to be encoded.
 *  @property startsEarly the early head may hold our own first events: no target of the plan replies in bytes.
 *  @property meter       sees every event of the committed reply. */
export type RenderOptions = {
  readonly ingress: IngressCodec;
  readonly reply: ClientReply;
  readonly headers: (target?: Target, attempts?: number) => Headers;
  readonly context: () => ReplyContext;
  readonly startsEarly: boolean;
  readonly meter: (events: readonly InferenceEvent[]) => void;
  readonly refuse: (failure: Failure) => void;
  readonly now: () => number;
};

const STREAM_HEADERS: Headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** Writes a streamed reply, one write for each chunk of the upstream: translated events, or its bytes untouched. */
export function renderStream(options: RenderOptions): Render {
  const { reply, ingress, now } = options;
  let encoder: Transducer<InferenceEvent, SseFrame> | undefined;
  let headSent = false;
  let started = false;
  let asBytes = false;
  let blocked = false;
  let over = false;
  let lastWrite = now();
  /** The end of the bytes written so far; empty where only whole events were written. */
  let tail: Uint8Array = new Uint8Array(0);
  let timer = setTimeout(headIsDue, HEAD_AFTER_MS);

  function sendHead(target?: Target, attempts?: number): void {
    if (headSent) return;
    headSent = true;
    reply.head(200, { ...STREAM_HEADERS, ...options.headers(target, attempts) });
    clearTimeout(timer);
    timer = setTimeout(keepAlive, KEEP_ALIVE_MS);
  }

  function headIsDue(): void {
    sendHead();
    write(options.startsEarly ? encode([{ type: 'response-start' }]) : ingress.keepAlive);
  }

  function keepAlive(): void {
    const silence = now() - lastWrite;
    if (silence >= KEEP_ALIVE_MS && !blocked && atBoundary(tail)) write(ingress.keepAlive);
    timer = setTimeout(keepAlive, Math.max(KEEP_ALIVE_MS - (now() - lastWrite), KEEP_ALIVE_MS / 10));
  }

  function encode(events: readonly InferenceEvent[]): string {
    encoder ??= ingress.encodeStream(options.context());
    let text = '';
    for (const event of events) {
      if (event.type === 'response-start') {
        if (started) continue;
        started = true;
      }
      for (const frame of encoder.push(event)) text += encodeSse(frame);
    }
    return text;
  }

  function write(data: string | Uint8Array): boolean {
    if (data.length === 0 || over) return true;
    lastWrite = now();
    return reply.write(data);
  }

  /** The failure event behind a reply of bytes, whose own encoder is the upstream's. */
  function failureFrame(events: readonly InferenceEvent[]): string {
    const error = events.find((event) => event.type === 'error');
    if (error === undefined) return '';
    const frame = ingress.encodeStream(options.context()).push(error).at(-1);
    return frame === undefined ? '' : (atBoundary(tail) ? '' : '\n\n') + encodeSse(frame);
  }

  function passed(bytes: Uint8Array | null, events: readonly InferenceEvent[]): string | Uint8Array {
    if (bytes === null) return failureFrame(events);
    tail = bytes.length >= 4 ? bytes.subarray(-4) : Buffer.concat([tail, bytes]).subarray(-4);
    return bytes;
  }

  function finish(): void {
    over = true;
    clearTimeout(timer);
  }

  return {
    commit: (target, attempts, bytes) => {
      asBytes = bytes;
      if (!bytes) encoder ??= ingress.encodeStream(options.context());
      sendHead(target, attempts);
    },
    chunk: (bytes, events, resume) => {
      options.meter(events);
      const room = write(asBytes ? passed(bytes, events) : encode(events));
      if (!room) {
        blocked = true;
        reply.onceDrained(() => {
          blocked = false;
          resume();
        });
      }
      return room;
    },
    end: () => {
      let rest = '';
      if (!asBytes) for (const frame of encoder?.end() ?? []) rest += encodeSse(frame);
      finish();
      reply.end(rest);
    },
    fail: (failure) => {
      if (!headSent) {
        finish();
        options.refuse(failure);
        return;
      }
      let told = encode([{ type: 'error', failure }]);
      for (const frame of encoder?.end() ?? []) told += encodeSse(frame);
      finish();
      reply.end(told);
    },
    dispose: finish,
  };
}

/** Every event ends with a blank line, so between events the text ends with two line breaks. */
function atBoundary(tail: Uint8Array): boolean {
  if (tail.length === 0) return true;
  const end = Buffer.from(tail).toString('latin1');
  return end.endsWith('\n\n') || end.endsWith('\r\n\r\n') || end.endsWith('\r\r');
}
