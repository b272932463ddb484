import type { Attempt } from '../ir/attempt.ts';
import { type Failure, GatewayError } from '../ir/failure.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { IngressCodec, Protocol } from '../protocols/protocol.ts';
import type { Target } from '../providers/provider.ts';
import type { Affinity } from '../routing/affinity.ts';
import type { Planned, RoutePlan } from '../routing/plan.ts';
import type { PreparedCall } from '../upstream/call.ts';
import { type DispatchCall, dispatch } from '../upstream/dispatch.ts';
import type { Transport } from '../upstream/upstream.ts';
import { type ClientReply, type ClientRequest, nativeHeadersOf } from './client.ts';
import { replyContext, replyHeaders } from './head.ts';
import { type DescriptionPort, describeImages } from './images/describe-images.ts';
import { openRecord, type Recorder, type RecordParts } from './record.ts';
import { type Render, renderStream } from './render.ts';
import { renderWhole } from './render-whole.ts';
import { dispatchSearching, type SearchPort, searchRounds } from './search/search-rounds.ts';
import type { Sessions } from './sessions.ts';
import { openSource, type Source } from './source.ts';
import type { Thoughts } from './thoughts.ts';

/** The parts of the line, chosen in main.
 *  @property plan     over the configuration of this moment: a request keeps the plan that it was given.
 *                     `affinity`: who served the session when it last asked for this.
 *  @property search   the user's search service, where one is configured.
 *  @property descriptions  the model that describes images for those that take none, where one is configured.
 *  @property observe  hears of every attempt when it is over.
 *  @property report   hears of a bug of ours, with the request that it hit. */
export type Line = RecordParts & {
  readonly protocols: (id: ProtocolId) => Protocol;
  readonly plan: (query: RouteQuery, affinity: Affinity | undefined) => Planned;
  readonly transport: Transport;
  readonly sessions: Sessions;
  readonly thoughts: Thoughts;
  readonly search: () => SearchPort | undefined;
  readonly descriptions: () => DescriptionPort | undefined;
  readonly observe: (attempt: Attempt) => void;
  readonly report: (error: unknown, requestId: string) => void;
};

/** The straight line: parse, plan, dispatch, render; and whatever happens, one ledger entry. */
export async function serve(line: Line, request: ClientRequest, reply: ClientReply): Promise<void> {
  const ingress = ingressOf(line, request.protocol);
  const record = openRecord(request, line);
  let tried: Trial | undefined;
  const refuse = (failure: Failure, plan?: RoutePlan): void => {
    const { status, headers, body } = ingress.encodeError(failure, request.caller, request.id);
    record.refused(failure, status);
    const told = replyHeaders(request.id, plan, tried?.target, tried?.number);
    reply.head(status, { 'content-type': JSON_TYPE, ...headers, ...told });
    reply.end(JSON.stringify(body));
  };
  let render: Render | undefined;
  try {
    const search = line.search();
    const { query, plan, source } = begin(line, ingress, request, record, search !== undefined);
    render = (query.stream ? renderStream : renderWhole)({
      ingress,
      reply,
      headers: (target = tried?.target, attempts = tried?.number) => replyHeaders(request.id, plan, target, attempts),
      context: replyContext(request, source, line.now),
      startsEarly: !plan.targets.some(source.passesBytes),
      meter: (events) => {
        record.events(events);
        source.heard(events);
      },
      refuse: (failure) => refuse(failure, plan),
      now: line.now,
    });
    const sink = committing(render, (target, bytes) => {
      record.committed(target, bytes, source.losses());
      if (query.sessionId !== undefined) line.sessions.remember(query.sessionId, query.model, target, line.now());
      source.release();
    });
    const prepare = (target: Target): PreparedCall => {
      tried = { target, number: (tried?.number ?? 0) + 1 };
      const { prompt, ...prepared } = source.prepare(target);
      record.sent(prompt);
      return prepared;
    };
    const port = line.descriptions();
    if (port !== undefined) {
      await describeImages(port, plan.targets, source, { signal: request.signal, spent: record.spent });
    }
    const call = dispatchCall(line, request, plan, prepare, record);
    const { committed, failure } = await (search === undefined
      ? dispatch(line.transport, call, sink)
      : dispatchSearching(line.transport, call, sink, searchRounds(search, ingress, request.protocol, source, record)));
    if (!committed && failure !== undefined) {
      record.failed(failure);
      render.fail(failure);
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) line.report(error, request.id);
    const failure = error instanceof GatewayError ? error.failure : UNEXPECTED;
    record.failed(failure);
    tell(line, request, reply, () => (render === undefined ? refuse(failure) : render.fail(failure)));
  } finally {
    render?.dispose();
    record.close();
  }
}

/** The last word to the client. Where even that breaks, the connection does: half a reply must not look whole. */
function tell(line: Line, request: ClientRequest, reply: ClientReply, say: () => void): void {
  try {
    say();
  } catch (error) {
    line.report(error, request.id);
    reply.cut();
  }
}

const JSON_TYPE = 'application/json; charset=utf-8';
const UNEXPECTED: Failure = { kind: 'server-error', message: 'The gateway failed on this request; its log says why.' };

/** The target that was tried last. @property number  how many were tried by then. */
type Trial = { readonly target: Target; readonly number: number };
type Begun = { readonly query: RouteQuery; readonly plan: RoutePlan; readonly source: Source };

/** Its frame ends before the call goes out, so that the source alone holds the body.
 *  @throws GatewayError for what the client got wrong, before any provider hears of it. */
function begin(
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

function dispatchCall(
  line: Line,
  request: ClientRequest,
  plan: RoutePlan,
  prepare: DispatchCall['prepare'],
  record: Recorder,
): DispatchCall {
  return {
    targets: plan.targets,
    prepare,
    clientHeaders: request.headers,
    signal: request.signal,
    now: line.now,
    observe: (attempt) => {
      record.attempted(attempt);
      line.observe(attempt);
    },
  };
}

/** What is to be done at the commit point, once the renderer has taken what it repeats of the request. */
function committing(render: Render, then: (target: Target, bytes: boolean) => void): Render {
  return {
    ...render,
    commit: (target, attempts, bytes) => {
      render.commit(target, attempts, bytes);
      then(target, bytes);
    },
  };
}

function ingressOf(line: Line, id: ProtocolId): IngressCodec {
  const { ingress } = line.protocols(id);
  if (ingress === undefined) throw new RangeError(`no client speaks ${id} here`);
  return ingress;
}
