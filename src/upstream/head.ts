import { type InferenceEvent, isContent } from '../ir/event.ts';
import { type Failure, GatewayError } from '../ir/failure.ts';
import type { Usage } from '../ir/usage.ts';
import { gatherBytes } from '../wire/gather-bytes.ts';
import type { Transducer } from '../wire/transducer.ts';
import type { AttemptEnd, ReplySink } from './call.ts';
import type { UpstreamReply } from './upstream.ts';

/** What is held of a stream while its first content is awaited, in bytes; more is committed as it is. */
const MAX_HEAD_BYTES = 256 * 1024;
/** How long a connection may stay open after the reply's terminal sign, in ms. */
const LINGER_MS = 1_000;

/** @property bytes    the reply goes through as bytes, and the decoder is a tap that may fail.
 *  @property explain  a failure in the words for the client.
 *  @property elapsed  ms since the attempt began.
 *  @property firstToken  the first content has come. */
export type HeadOptions = {
  readonly decoder: Transducer<Uint8Array, InferenceEvent>;
  readonly bytes: boolean;
  readonly explain: (failure: Failure) => Failure;
  readonly elapsed: () => number;
  readonly firstToken: () => void;
  readonly commit: (bytes: boolean) => void;
  readonly sink: ReplySink;
};

type Events = readonly InferenceEvent[];
const NONE: Events = [];

/** Reads a reply to its end. Until content comes it is held back, so that an overload or an error hidden behind a
 *  friendly head can still go to another target; from then on every chunk goes to the sink as it arrives. */
export function holdHead(reply: UpstreamReply, options: HeadOptions): Promise<AttemptEnd> {
  const { bytes: asBytes, sink } = options;
  const { promise, resolve, reject } = Promise.withResolvers<AttemptEnd>();
  let decoder: Transducer<Uint8Array, InferenceEvent> | undefined = options.decoder;
  let heldEvents: InferenceEvent[] = [];
  const heldBytes = gatherBytes();
  let heldSize = 0;
  let committed = false;
  let terminal = false;
  let over = false;
  let firstTokenMs: number | undefined;
  let usage: Usage | undefined;
  let failure: Failure | undefined;
  let linger: NodeJS.Timeout | undefined;

  /** @param bytes  the next piece, or null for the end. A decoder that throws breaks a translated reply; beside a reply
   *  of bytes it is let go, and the reply lives on. */
  function decode(bytes: Uint8Array | null): Events {
    if (decoder === undefined || terminal) return NONE;
    try {
      const events = bytes === null ? decoder.end() : decoder.push(bytes);
      for (const event of events) if (event.type === 'usage') usage = event.usage;
      return events;
    } catch (error) {
      decoder = undefined;
      if (asBytes) return NONE;
      return [{ type: 'error', failure: error instanceof GatewayError ? error.failure : UNDECODABLE }];
    }
  }

  /** @returns whether the wire may go on. */
  function take(bytes: Uint8Array | null, events: Events, resume: () => void, ended: boolean): boolean {
    if (committed) return emit(bytes, events, resume);
    for (const event of events) heldEvents.push(event);
    if (bytes !== null) {
      heldSize += bytes.length;
      if (asBytes) heldBytes.add(bytes);
    }
    const first = events.find((event) => event.type === 'error' || isContent(event));
    if (first?.type === 'error') {
      failure = options.explain(first.failure);
      reply.cancel();
      settle();
      return true;
    }
    if (first !== undefined) {
      firstTokenMs = options.elapsed();
      options.firstToken();
    } else if (!ended && heldSize <= MAX_HEAD_BYTES) return true;
    committed = true;
    options.commit(asBytes);
    const head = heldEvents;
    const headBytes = asBytes ? heldBytes.take() : null;
    heldEvents = [];
    return emit(headBytes, head, resume);
  }

  function emit(bytes: Uint8Array | null, events: Events, resume: () => void): boolean {
    const last = events.at(-1);
    let told = events;
    if (last?.type === 'error') {
      failure = options.explain(last.failure);
      told = [...events.slice(0, -1), { type: 'error', failure }];
    }
    const room =
      told.length === 0 && (bytes === null || !asBytes) ? true : sink.chunk(asBytes ? bytes : null, told, resume);
    if (!terminal && (last?.type === 'error' || last?.type === 'finish')) {
      terminal = true;
      linger = setTimeout(leave, LINGER_MS);
      linger.unref();
      if (!asBytes) settle();
    }
    return room;
  }

  function leave(): void {
    reply.cancel();
    settle();
  }

  function settle(): void {
    if (over) return;
    over = true;
    if (committed) sink.end();
    resolve({
      committed,
      ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
      ...(usage === undefined ? {} : { usage }),
      ...(failure === undefined ? {} : { failure }),
    });
  }

  /** A sink that throws is a bug of ours: the upstream is given up, and the error goes to the one catch of the line. */
  function crash(error: unknown): true {
    over = true;
    clearTimeout(linger);
    reply.cancel();
    reject(error);
    return true;
  }

  reply.pipe({
    chunk: (bytes, resume) => {
      if (over) return true;
      try {
        return take(bytes, decode(bytes), resume, false);
      } catch (error) {
        return crash(error);
      }
    },
    end: () => {
      clearTimeout(linger);
      if (over) return;
      try {
        take(null, decode(null), nothing, true);
        settle();
      } catch (error) {
        crash(error);
      }
    },
    fail: (broken) => {
      clearTimeout(linger);
      if (over) return;
      reply.cancel();
      try {
        // What the provider counted by then is billed: some tell of the prompt at the beginning.
        const counted = decode(null).filter((event) => event.type === 'usage');
        if (!committed) failure = options.explain(broken);
        else if (!terminal) emit(null, [...counted, { type: 'error', failure: broken }], nothing);
        settle();
      } catch (error) {
        crash(error);
      }
    },
  });
  return promise;
}

const UNDECODABLE: Failure = { kind: 'protocol', message: 'The reply could not be decoded.' };
const nothing = (): void => {};
