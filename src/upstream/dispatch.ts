import type { Attempt } from '../ir/attempt.ts';
import { type Failure, GatewayError, isRetryable } from '../ir/failure.ts';
import type { Usage } from '../ir/usage.ts';
import type { Headers } from '../protocols/protocol.ts';
import { rateWindows } from '../protocols/rate-windows.ts';
import type { Model, Target } from '../providers/provider.ts';
import type { AttemptEnd, PreparedCall, ReplyDecoding, ReplySink } from './call.ts';
import { explained } from './failure-words.ts';
import { holdHead } from './head.ts';
import { createPlaces, type PlacedCall } from './places.ts';
import type { UnderWay } from './traffic.ts';
import { createTries } from './tries.ts';
import type { Transport, UpstreamReply } from './upstream.ts';
import { decodeWholeBody, isJson } from './whole-body.ts';

/** The longest error body that is read, in bytes. */
const MAX_ERROR_BYTES = 64 * 1024;

/** @property prepare  one target's request; throws GatewayError where it cannot be carried.
 *  @property price    of one call, in nano-USD; undefined where the model is unpriced.
 *  @property observe  hears of every attempt when it is over. */
export type DispatchCall = PlacedCall & {
  readonly prepare: (target: Target) => PreparedCall;
  readonly clientHeaders: Headers;
  readonly price: (model: Model, usage: Usage) => number | undefined;
  readonly observe: (attempt: Attempt) => void;
};

/** @property attempts  none where no place came free.
 *  @property failure   the last one; after a commit it went to the sink as an event. */
export type Dispatched = {
  readonly attempts: readonly Attempt[];
  readonly committed: boolean;
  readonly failure?: Failure;
};

/** Tries the targets in order until one sends content. What fails before that is retried at the next target; a
 *  connection that broke before any byte of a reply (a pooled one that the provider had closed) is tried once more at
 *  the same one, and so is, after its wait, a target that asked for a short one. Of a conversation that is too long for a
 *  model, only larger windows are tried. Where none is free the call waits in the queue. Nothing else is retried: what
 *  follows is for the agent to decide. */
export async function dispatch(transport: Transport, call: DispatchCall, sink: ReplySink): Promise<Dispatched> {
  const { now } = call;
  const attempts: Attempt[] = [];
  const tries = createTries();
  const places = createPlaces(call, tries);
  let last: AttemptEnd | undefined;
  for (;;) {
    const place = await places.take();
    if (place.state === 'none') break;
    if (place.state === 'refused') {
      last = { committed: false, failure: last?.failure ?? place.failure };
      break;
    }
    const { target, underWay } = place;
    const startedAt = now();
    const done = (end: AttemptEnd): Attempt => {
      const over = recorded(call, target, startedAt, end);
      underWay.ended(over);
      return over;
    };
    try {
      last = await attempt(transport, call, place, startedAt, sink, attempts.length + 1);
    } catch (error) {
      done(GIVEN_UP);
      throw error;
    }
    const over = done(last);
    attempts.push(over);
    call.observe(over);
    if (last.committed || last.failure === undefined || !isRetryable(last.failure)) break;
    tries.failed(target, last.failure, last.unanswered === true, now());
  }
  if (last === undefined) throw new RangeError('a plan without targets');
  return {
    attempts,
    committed: last.committed,
    ...(last.failure === undefined ? {} : { failure: last.failure }),
  };
}

/** A bug of ours ended it: that says nothing of the target. */
const GIVEN_UP: AttemptEnd = { committed: false, failure: { kind: 'cancelled', message: 'The gateway gave it up.' } };

async function attempt(
  transport: Transport,
  call: DispatchCall,
  { target, underWay }: { readonly target: Target; readonly underWay: UnderWay },
  startedAt: number,
  sink: ReplySink,
  number: number,
): Promise<AttemptEnd> {
  const explain = (failure: Failure): Failure => explained(failure, target, call.clientHeaders);
  let reply: UpstreamReply;
  let decoding: ReplyDecoding;
  try {
    const opened = open(transport, call, target);
    decoding = opened.decoding;
    reply = await opened.reply;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { committed: false, unanswered: true, failure: explain(error.failure) };
  }
  const told = rateWindows(reply.headers, call.now());
  const windows = told.length === 0 ? {} : { windows: told };
  if (reply.status < 200 || reply.status > 299) {
    return { committed: false, ...windows, failure: explain(await refusal(reply, decoding, call.now)) };
  }
  const whole = isJson(reply.headers);
  const end = await holdHead(reply, {
    decoder: whole ? decodeWholeBody(decoding) : decoding.decodeStream(),
    bytes: decoding.form === (whole ? 'whole-bytes' : 'stream-bytes'),
    explain,
    elapsed: () => call.now() - startedAt,
    // A whole reply comes at once: when it began says nothing of when it could have.
    firstToken: whole ? () => {} : underWay.firstToken,
    commit: (bytes) => sink.commit(target, number, bytes),
    sink,
  });
  return { ...end, ...windows };
}

type Opened = { readonly reply: Promise<UpstreamReply>; readonly decoding: ReplyDecoding };

/** Its frame ends with the request under way, and nothing that waits for the reply holds the request's body. */
function open(transport: Transport, call: DispatchCall, target: Target): Opened {
  const { request, reply } = call.prepare(target);
  return {
    decoding: reply,
    reply: transport({
      target,
      method: 'POST',
      path: request.path,
      headers: { 'content-type': 'application/json', ...request.headers },
      clientHeaders: call.clientHeaders,
      body: request.body,
      signal: call.signal,
    }),
  };
}

async function refusal(reply: UpstreamReply, decoding: ReplyDecoding, now: () => number): Promise<Failure> {
  if (reply.status < 400) {
    reply.cancel();
    return elsewhere(reply.status);
  }
  let body = '';
  try {
    body = await reply.text(MAX_ERROR_BYTES);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    if (error.failure.kind === 'cancelled') return error.failure;
  }
  return decoding.decodeError(reply.status, reply.headers, body, now());
}

/** No redirect is followed: the key, and the conversation, would go to whoever is named. */
function elsewhere(status: number): Failure {
  return {
    kind: 'server-error',
    status,
    message: `The provider sends the call to another address (HTTP ${status}), which is not followed.`,
    mend: 'Correct `base_url`: the address after the redirect, https in the place of http.',
  };
}

function recorded(call: DispatchCall, target: Target, startedAt: number, end: AttemptEnd): Attempt {
  const { model, credential } = target;
  const { firstTokenMs, usage, windows, failure } = end;
  const costNanoUsd = usage === undefined ? undefined : call.price(model, usage);
  return {
    provider: model.provider.id,
    model: model.upstreamId,
    slug: model.slug,
    ...(credential === null ? {} : { credentialId: credential.id }),
    startedAt,
    ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
    totalMs: call.now() - startedAt,
    ...(usage === undefined ? {} : { usage }),
    ...(costNanoUsd === undefined ? {} : { costNanoUsd }),
    ...(windows === undefined ? {} : { windows }),
    ...(failure === undefined ? {} : { failure }),
  };
}
