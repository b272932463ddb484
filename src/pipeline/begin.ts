import { GatewayError } from '../ir/failure.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { IngressCodec } from '../protocols/protocol.ts';
import type { RoutePlan } from '../routing/plan.ts';
import { type ClientRequest, nativeHeadersOf } from './client.ts';
import type { Line } from './line.ts';
import type { Recorder } from './record.ts';
import { openSource, type Source } from './source.ts';

/** A request with its way laid out, before any provider has heard of it. */
type Begun = { readonly query: RouteQuery; readonly plan: RoutePlan; readonly source: Source };

/** Its frame ends before the call goes out, so that the source alone holds the body.
 *  @throws GatewayError for what the client got wrong, before any provider hears of it. */
export function begin(
  line: Line,
  ingress: IngressCodec,
  request: ClientRequest,
  record: Recorder,
  answersSearches: boolean,
): Begun {
  const body = request.takeBody();
  const query = ingress.outline(body, request.headers);
  record.asked(query);
  const { sessionId } = query;
  const affinity = sessionId === undefined ? undefined : line.sessions.affinity(sessionId, query.model, line.now());
  const planned = line.plan(query, affinity);
  if (!planned.ok) throw new GatewayError(planned.failure);
  const { plan } = planned;
  const lastTarget = sessionId === undefined ? undefined : line.sessions.last(sessionId);
  const source = openSource(body, {
    ingress,
    protocols: line.protocols,
    query,
    nativeHeaders: nativeHeadersOf(request, ingress),
    lastTarget,
    caller: request.caller,
    thoughts: line.thoughts,
    answersSearches,
  });
  // Every answer is given before a provider hears of the call; only native providers take what nobody has read.
  if (!plan.targets.every(source.passesBytes)) source.decode();
  record.planned(plan, source.failedPatches());
  return { query, plan, source };
}
