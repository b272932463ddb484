import { type Failure, GatewayError } from '../ir/failure.ts';
import type { NonEmpty } from '../ir/non-empty.ts';
import type { ProtocolId } from '../ir/protocol-id.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { IngressCodec } from '../protocols/protocol.ts';
import type { Target } from '../providers/provider.ts';
import type { RoutePlan } from '../routing/plan.ts';
import type { PreparedCall } from '../upstream/call.ts';
import { type DispatchCall, dispatch } from '../upstream/dispatch.ts';
import { begin } from './begin.ts';
import type { ClientReply, ClientRequest } from './client.ts';
import { replyContext, replyHeaders } from './head.ts';
import { describeImages } from './images/describe-images.ts';
import type { Line } from './line.ts';
import { type Money, promised } from './money.ts';
import { openRecord, type Recorder } from './record.ts';
import { type Render, renderStream } from './render.ts';
import { renderWhole } from './render-whole.ts';
import { dispatchSearching, searchRounds } from './search/search-rounds.ts';
import { rememberedAs } from './sessions.ts';

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
  let money: Money | undefined;
  try {
    const search = line.search();
    const begun = await begin(line, ingress, request, record, search !== undefined);
    const { query, source, measure } = begun;
    let { plan } = begun;
    money = promised(line, request, query, plan, record.spentNanoUsd);
    const startsEarly = !plan.targets.some(source.passesBytes);
    render = (query.stream ? renderStream : renderWhole)({
      ingress,
      reply,
      headers: (target = tried?.target, attempts = tried?.number) => replyHeaders(request.id, plan, target, attempts),
      context: replyContext(request, source, line.now),
      startsEarly,
      meter: (events) => {
        record.events(events);
        source.heard(events);
        measure(events);
      },
      refuse: (failure) => refuse(failure, plan),
      now: line.now,
    });
    const sink = committing(money.spending.sink(render), (target, bytes) => {
      record.committed(target, bytes, source.losses());
      if (query.sessionId !== undefined) remember(line, query.sessionId, query, plan, target);
      source.release();
    });
    let recorded = plan;
    const prepare = (target: Target): PreparedCall => {
      if (plan !== recorded) record.planned(plan, source.failedPatches());
      recorded = plan;
      tried = { target, number: (tried?.number ?? 0) + 1 };
      const { prompt, ...prepared } = source.prepare(target);
      record.sent(prompt);
      return prepared;
    };
    const port = line.descriptions();
    if (port !== undefined) {
      await describeImages(port, plan.targets, source, { signal: money.signal, spent: record.spent });
    }
    const replan = (): NonEmpty<Target> => {
      plan = begun.replan(startsEarly);
      return plan.targets;
    };
    const call = dispatchCall(line, request, { ...begun, replan, prepare, record, signal: money.signal });
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
    // Where even that breaks, the connection does: half a reply must not look whole.
    guarded(line, request, () => (render === undefined ? refuse(failure) : render.fail(failure)), reply.cut);
  } finally {
    const left = request.signal.aborted && !record.wasCounted() ? tried?.target.model : undefined;
    guarded(line, request, () => render?.dispose());
    guarded(
      line,
      request,
      () => money?.lease.settle(record.knownNanoUsd() + record.guessedNanoUsd() + money.spending.untold(left)),
      () => money?.lease.release(),
    );
    record.close();
  }
}

function remember({ sessions, now }: Line, id: string, query: RouteQuery, plan: RoutePlan, target: Target): void {
  sessions.remember(id, rememberedAs(query.model, plan), target, now());
  if (query.work !== undefined && plan.given !== undefined) sessions.give(id, query.work.key, plan.given);
}

/** A step that must not keep the next ones from their turn: its error is a bug of ours, and is reported as one. */
function guarded(line: Line, request: ClientRequest, step: () => void, otherwise?: () => void): void {
  try {
    step();
  } catch (error) {
    line.report(error, request.id);
    otherwise?.();
  }
}

const JSON_TYPE = 'application/json; charset=utf-8';
const UNEXPECTED: Failure = { kind: 'server-error', message: 'The gateway failed on this request; its log says why.' };

/** The target that was tried last. @property number  how many were tried by then. */
type Trial = { readonly target: Target; readonly number: number };

type CallParts = Pick<DispatchCall, 'prepare' | 'cachedTokens'> & {
  readonly query: RouteQuery;
  readonly plan: RoutePlan;
  readonly replan: () => NonEmpty<Target>;
  readonly record: Recorder;
  readonly signal: AbortSignal;
};

function dispatchCall(line: Line, request: ClientRequest, parts: CallParts): DispatchCall {
  const { query, plan, record, replan, prepare, signal, cachedTokens } = parts;
  return {
    targets: plan.targets,
    replan,
    kind: rememberedAs(query.model, plan),
    prepare,
    inputTokens: query.inputTokens ?? 0,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    clientHeaders: request.headers,
    signal,
    traffic: line.traffic,
    price: (model, usage) => line.price(model, usage, line.now())?.costNanoUsd,
    now: line.now,
    observe: record.attempted,
    waited: record.waited,
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
