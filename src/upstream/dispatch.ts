import type { Attempt } from '../ir/attempt.ts';
import { type Failure, GatewayError, isRetryable } from '../ir/failure.ts';
import { isNonEmpty, type NonEmpty } from '../ir/non-empty.ts';
import type { Headers } from '../protocols/protocol.ts';
import type { Model, Target } from '../providers/provider.ts';
import type { AttemptEnd, PreparedCall, ReplyDecoding, ReplySink } from './call.ts';
import { explained } from './failure-words.ts';
import { holdHead } from './head.ts';
import { wasReset } from './transport-failure.ts';
import type { Transport, UpstreamReply } from './upstream.ts';
import { decodeWholeBody, isJson } from './whole-body.ts';

/** The longest error body that is read, in bytes. */
const MAX_ERROR_BYTES = 64 * 1024;

/** @property targets  tried in order, up to the commit point.
 *  @property prepare  one target's request; throws GatewayError where it cannot be carried.
 *  @property observe  hears of every attempt when it is over. */
export type DispatchCall = {
  readonly targets: NonEmpty<Target>;
  readonly prepare: (target: Target) => PreparedCall;
  readonly clientHeaders: Headers;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly observe: (attempt: Attempt) => void;
};

/** @property failure  the last one; after a commit it went to the sink as an event. */
export type Dispatched = {
  readonly attempts: NonEmpty<Attempt>;
  readonly committed: boolean;
  readonly failure?: Failure;
};

/** Tries the targets in order until one sends content. What fails before that is retried at the next target; a
 *  connection that broke before any byte of a reply (a pooled one that the provider had closed) is tried once more at
 *  the same one. Of a conversation that is too long for a model, only larger windows are tried. Nothing else is retried: what follows is for the agent to decide. */
export async function dispatch(transport: Transport, call: DispatchCall, sink: ReplySink): Promise<Dispatched> {
  const attempts: Attempt[] = [];
  const tryOnce = async (target: Target): Promise<AttemptEnd> => {
    const startedAt = call.now();
    const end = await attempt(transport, call, target, startedAt, sink, attempts.length + 1);
    const done = recorded(target, startedAt, call.now() - startedAt, end);
    attempts.push(done);
    call.observe(done);
    return end;
  };
  let last: AttemptEnd | undefined;
  const overflowed: Model[] = [];
  for (const target of call.targets) {
    if (isTooSmall(target.model, overflowed)) continue;
    last = await tryOnce(target);
    if (last.unanswered && last.failure !== undefined && wasReset(last.failure)) last = await tryOnce(target);
    if (last.committed || last.failure === undefined || !isRetryable(last.failure)) break;
    if (last.failure.kind === 'context-overflow') overflowed.push(target.model);
  }
  if (last === undefined || !isNonEmpty(attempts)) throw new RangeError('a plan without targets');
  return {
    attempts,
    committed: last.committed,
    ...(last.failure === undefined ? {} : { failure: last.failure }),
  };
}

/** What was too long for a model is so whichever of its keys is used, and too long for every smaller window. */
function isTooSmall(model: Model, overflowed: readonly Model[]): boolean {
  const window = model.facts.contextWindow ?? Number.POSITIVE_INFINITY;
  return overflowed.some((one) => one.slug === model.slug || window <= (one.facts.contextWindow ?? 0));
}

async function attempt(
  transport: Transport,
  call: DispatchCall,
  target: Target,
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
  if (reply.status < 200 || reply.status > 299) {
    return { committed: false, failure: explain(await refusal(reply, decoding, call.now)) };
  }
  const whole = isJson(reply.headers);
  return holdHead(reply, {
    decoder: whole ? decodeWholeBody(decoding) : decoding.decodeStream(),
    bytes: decoding.form === (whole ? 'whole-bytes' : 'stream-bytes'),
    explain,
    elapsed: () => call.now() - startedAt,
    commit: (bytes) => sink.commit(target, number, bytes),
    sink,
  });
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
  let body = '';
  try {
    body = await reply.text(MAX_ERROR_BYTES);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    if (error.failure.kind === 'cancelled') return error.failure;
  }
  return decoding.decodeError(reply.status, reply.headers, body, now());
}

function recorded(target: Target, startedAt: number, totalMs: number, end: AttemptEnd): Attempt {
  const { model, credential } = target;
  return {
    provider: model.provider.id,
    model: model.upstreamId,
    slug: model.slug,
    ...(credential === null ? {} : { credentialId: credential.id }),
    startedAt,
    ...(end.firstTokenMs === undefined ? {} : { firstTokenMs: end.firstTokenMs }),
    totalMs,
    ...(end.failure === undefined ? {} : { failure: end.failure }),
  };
}
