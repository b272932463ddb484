import type { TokenCounter } from '../context/tokens.ts';
import { type Failure, GatewayError, isRetryable } from '../ir/failure.ts';
import { isJsonObject, parseJson } from '../ir/json.ts';
import type { RouteQuery } from '../ir/query.ts';
import { holdsEnvelope } from '../protocols/envelope.ts';
import type { Headers, IngressCodec, InputCount } from '../protocols/protocol.ts';
import { dialectFor } from '../providers/dialect.ts';
import type { Target } from '../providers/provider.ts';
import type { RoutePlan } from '../routing/plan.ts';
import { lowerCased } from '../upstream/credentials.ts';
import { type ClientReply, type ClientRequest, nativeHeadersOf } from './client.ts';
import { editedBody } from './edited-body.ts';
import { replyHeaders } from './head.ts';
import type { Line } from './line.ts';

/** @property counter  for providers that cannot be asked. */
export type CountLine = Pick<Line, 'protocols' | 'plan' | 'transport' | 'traffic' | 'report' | 'now'> & {
  readonly counter: TokenCounter;
};

/** Says how many tokens a request's input has. A native provider of the client's protocol is asked itself, with the
 *  client's own bytes; for any other, and where it does not answer, they are counted here, as an estimate. No model is
 *  called, so that nothing is written to the ledger, and no attempt counts against a target's health; but it takes a place
 *  there while it runs, and asks nobody who is busy or is to be left alone. */
export async function countInput(line: CountLine, request: ClientRequest, reply: ClientReply): Promise<void> {
  const { ingress } = line.protocols(request.protocol);
  if (ingress?.count === undefined) throw new RangeError(`nothing is counted for ${request.protocol}`);
  const send = (status: number, headers: Headers, body: unknown): void => {
    reply.head(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    reply.end(JSON.stringify(body));
  };
  try {
    const { tokens, plan, by } = await counted(line, ingress, ingress.count, request);
    send(200, { ...replyHeaders(request.id, plan), [COUNTED_BY]: by }, ingress.count.encode(tokens));
  } catch (error) {
    if (!(error instanceof GatewayError)) line.report(error, request.id);
    const failure = error instanceof GatewayError ? error.failure : UNEXPECTED;
    const { status, headers, body } = ingress.encodeError(failure, request.caller, request.id);
    send(status, { ...headers, ...replyHeaders(request.id) }, body);
  }
}

/** Who counted: `provider`, or `estimate`. */
const COUNTED_BY = 'x-plugboard-counted-by';
const UNEXPECTED: Failure = { kind: 'server-error', message: 'The gateway failed on this request; its log says why.' };

type Counted = { readonly tokens: number; readonly plan: RoutePlan; readonly by: 'provider' | 'estimate' };

async function counted(
  line: CountLine,
  ingress: IngressCodec,
  count: InputCount,
  request: ClientRequest,
): Promise<Counted> {
  const body = request.takeBody();
  const query = ingress.outline(body, request.headers);
  const planned = line.plan(query, undefined);
  if (!planned.ok) throw new GatewayError(planned.failure);
  const { plan } = planned;
  const asked = await ask(line, ingress, query, plan.targets[0], body, request);
  if (asked !== undefined) return { tokens: asked, plan, by: 'provider' };
  const json = parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  const { value } = count.decodeRequest(json ?? null);
  return { tokens: await line.counter.count(value), plan, by: 'estimate' };
}

/** Longer than this, in ms, nobody waits for a number that can be estimated. */
const TIME_LIMIT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/** @returns undefined where the provider cannot be asked, or is at fault that it does not answer.
 *  @throws GatewayError where it refuses the request. */
async function ask(
  line: CountLine,
  ingress: IngressCodec,
  query: RouteQuery,
  target: Target,
  body: Uint8Array,
  request: ClientRequest,
): Promise<number | undefined> {
  const { provider, upstreamId } = target.model;
  const { egress } = line.protocols(provider.protocol);
  if (egress.count === undefined || !provider.native || provider.protocol !== query.protocol) return undefined;
  if (holdsEnvelope(body) || line.traffic.standing(target, 0).state !== 'free') return undefined;
  const startedAt = line.now();
  const underWay = line.traffic.started(target, 0, 0);
  try {
    const reply = await line.transport({
      target,
      method: 'POST',
      path: egress.count.path(upstreamId),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...egress.headers,
        ...lowerCased(provider.headers),
        ...nativeHeadersOf(request, ingress),
      },
      clientHeaders: request.headers,
      body: editedBody(body, query, target, ingress.privateMembers),
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIME_LIMIT_MS)]),
    });
    const text = await reply.text(MAX_BYTES);
    if (reply.status < 200 || reply.status > 299) {
      const { errors } = dialectFor(target.model);
      throw new GatewayError(egress.decodeError(reply.status, reply.headers, text, line.now(), errors));
    }
    const answer = parseJson(text);
    return isJsonObject(answer) ? egress.count.decode(answer) : undefined;
  } catch (error) {
    if (!(error instanceof GatewayError) || !(isRetryable(error.failure) || error.failure.kind === 'cancelled'))
      throw error;
    return undefined;
  } finally {
    const { slug } = target.model;
    underWay.ended({ provider: provider.id, model: upstreamId, slug, startedAt, failure: NO_MODEL_CALLED });
  }
}

/** Such an end says nothing of the target: the limits of this question are others than those of a call. */
const NO_MODEL_CALLED: Failure = { kind: 'cancelled', message: 'No model was called.' };
