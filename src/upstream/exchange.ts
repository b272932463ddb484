import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { type Failure, GatewayError } from '../ir/failure.ts';
import type { Headers } from '../protocols/protocol.ts';
import type { Timeouts } from '../providers/provider.ts';
import { gatherBytes } from '../wire/gather-bytes.ts';
import { inflate } from './inflate.ts';
import { transportFailure } from './transport-failure.ts';
import type { ByteSink, UpstreamReply } from './upstream.ts';

const CANCELLED: Failure = { kind: 'cancelled', message: 'The client left.' };

/** @property handler  what undici calls back; given to its `dispatch` by the caller, so that nothing here holds the
 *                      request's body.
 *  @property abort    gives up before or after the start, with the error that `dispatch` threw. */
export type Exchange = {
  readonly handler: Dispatcher.DispatchHandler;
  readonly reply: Promise<UpstreamReply>;
  readonly abort: (error: unknown) => void;
};

/** One request on the wire and its reply: undici's callbacks on one side, `UpstreamReply` on the other.
 *  @param host  for the words of failures. */
export function createExchange(host: string, timeouts: Timeouts, signal: AbortSignal): Exchange {
  const { promise, resolve, reject } = Promise.withResolvers<UpstreamReply>();
  let controller: Dispatcher.DispatchController | undefined;
  let sink: ByteSink | undefined;
  let answered = false;
  /** It has a connection: until then it may wait behind other calls, where the provider's concurrency is bounded. */
  let started = false;
  /** What came before the sink was given. */
  let early: Uint8Array[] = [];
  let over: 'end' | Failure | undefined;
  let timer = setTimeout(outOfTime, timeouts.connectMs + timeouts.firstByteMs);

  function outOfTime(): void {
    if (started) fail({ kind: 'timeout', message: `${host} sent nothing for ${timeouts.firstByteMs / 1000} s.` });
    else {
      const seconds = (timeouts.connectMs + timeouts.firstByteMs) / 1000;
      fail({
        kind: 'timeout',
        message: `No connection to ${host} was free within ${seconds} s.`,
        mend: 'Raise `concurrency` or `timeouts` at the provider in config.yaml.',
      });
    }
  }

  function onAbort(): void {
    fail(CANCELLED);
  }

  function settle(outcome: 'end' | Failure): void {
    over = outcome;
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }

  function fail(failure: Failure): void {
    if (over !== undefined) return;
    settle(failure);
    controller?.abort(new GatewayError(failure));
    if (!answered) reject(new GatewayError(failure));
    else sink?.fail(failure);
  }

  function resume(): void {
    controller?.resume();
  }

  function pipe(target: ByteSink, encoding: string | undefined): void {
    try {
      sink = encoding === undefined ? target : inflate(encoding, target);
    } catch (error) {
      sink = target;
      if (over === undefined) fail(transportFailure(error, host));
      else target.fail(transportFailure(error, host));
      return;
    }
    let room = true;
    for (const chunk of early) room = sink.chunk(chunk, resume);
    early = [];
    if (over === 'end') sink.end();
    else if (over !== undefined) sink.fail(over);
    else if (room) resume();
  }

  function cancel(): void {
    if (over === undefined) settle(CANCELLED);
    controller?.abort(new GatewayError(CANCELLED));
  }

  if (signal.aborted) fail(CANCELLED);
  else signal.addEventListener('abort', onAbort);

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: (control) => {
      controller = control;
      started = true;
      if (over !== undefined) control.abort(new GatewayError(CANCELLED));
    },
    onRequestSent: () => {
      if (over !== undefined || answered) return;
      clearTimeout(timer);
      timer = setTimeout(outOfTime, timeouts.firstByteMs);
    },
    onResponseStart: (control, status, rawHeaders) => {
      // Views of the connection's read buffer, which would live as long as the reply.
      control.rawHeaders = null;
      if (over !== undefined || status < 200) return;
      answered = true;
      const headers = plainHeaders(rawHeaders);
      const encoding = headers['content-encoding'];
      resolve({
        status,
        headers,
        pipe: (target) => pipe(target, encoding),
        text: (limit) => new Promise((done, broken) => pipe(textSink(limit, done, broken), encoding)),
        cancel,
      });
    },
    onResponseData: (reply, chunk) => {
      if (over !== undefined) return;
      clearTimeout(timer);
      if (sink === undefined) {
        early.push(chunk);
        reply.pause();
      } else if (!sink.chunk(chunk, resume)) reply.pause();
    },
    onResponseEnd: () => {
      if (over !== undefined) return;
      settle('end');
      sink?.end();
    },
    onResponseError: (_, error) => fail(transportFailure(error, host)),
  };
  return { handler, reply: promise, abort: (error) => fail(transportFailure(error, host)) };
}

function plainHeaders(raw: IncomingHttpHeaders): Headers {
  const headers: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** Keeps the first `limit` bytes of a body as text. */
function textSink(limit: number, done: (text: string) => void, broken: (error: GatewayError) => void): ByteSink {
  const kept = gatherBytes();
  return {
    chunk: (bytes) => {
      if (kept.size() < limit) kept.add(bytes.subarray(0, limit - kept.size()));
      return true;
    },
    end: () => done(Buffer.from(kept.take()).toString('utf8')),
    fail: (failure) => broken(new GatewayError(failure)),
  };
}
