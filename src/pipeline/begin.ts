import { estimateBodyTokens } from '../context/estimate.ts';
import type { InferenceEvent } from '../ir/event.ts';
import { GatewayError } from '../ir/failure.ts';
import { isNonEmpty } from '../ir/non-empty.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { JudgeSettings, Verdict, Work } from '../ir/work.ts';
import { outputLimitOf } from '../policy/output-limit.ts';
import type { IngressCodec } from '../protocols/protocol.ts';
import type { Model } from '../providers/provider.ts';
import type { Affinity } from '../routing/affinity.ts';
import { sparedTokens } from '../routing/dispatch/score.ts';
import type { RoutePlan } from '../routing/plan.ts';
import { type Purpose, purposeOf } from '../routing/purpose.ts';
import { readWork } from '../routing/work/read-work.ts';
import { type ClientRequest, nativeHeadersOf } from './client.ts';
import type { JudgeCaller } from './judge/task-judge.ts';
import type { Line } from './line.ts';
import type { Recorder } from './record.ts';
import { rememberedAs, type SessionSize } from './sessions.ts';
import { openSource, type Source } from './source.ts';

/** A request with its way laid out, before any provider has heard of it.
 *  @property query    with what the call is expected to count.
 *  @property replan   the plan of this moment: what was free or limited may have changed while the call waited.
 *                     @param translatedOnly  the head may have gone, with events of ours: no reply may come as bytes.
 *  @property measure  hears of the reply what the call did count.
 *  @property cachedTokens  of its input, what is believed to lie in this model's prompt cache. */
type Begun = {
  readonly query: RouteQuery;
  readonly plan: RoutePlan;
  readonly replan: (translatedOnly: boolean) => RoutePlan;
  readonly source: Source;
  readonly measure: (events: readonly InferenceEvent[]) => void;
  readonly cachedTokens: (model: Model) => number;
};

/** Its frame ends before the call goes out, so that the source alone holds the body.
 *  @throws GatewayError for what the client got wrong, before any provider hears of it. */
export async function begin(
  line: Line,
  ingress: IngressCodec,
  request: ClientRequest,
  record: Recorder,
  answersSearches: boolean,
): Promise<Begun> {
  const body = request.takeBody();
  const outlined = ingress.outline(body, request.headers);
  const { sessionId } = outlined;
  const estimated = estimateBodyTokens(body);
  const asked = sized(outlined, estimated, sessionId === undefined ? undefined : line.sessions.size(sessionId));
  record.asked(asked);
  const lastTarget = sessionId === undefined ? undefined : line.sessions.last(sessionId);
  const source = openSource(body, {
    ingress,
    protocols: line.protocols,
    query: asked,
    nativeHeaders: nativeHeadersOf(request, ingress),
    lastTarget,
    caller: request.caller,
    thoughts: line.thoughts,
    answersSearches,
    outputLimit: outputLimitOf(request.headers),
    shortens: line.shortener()?.(sessionId, lastTarget !== undefined),
  });
  const query = await withWork(line, asked, source, {
    caller: request.caller.id,
    session: sessionId,
    signal: request.signal,
    spent: record.spent,
  });
  const affinity =
    sessionId === undefined
      ? undefined
      : affinityFor(query, line.sessions.affinity(sessionId, query.model, line.now()));
  const planned = line.plan(query, affinity);
  if (!planned.ok) {
    // No lease will settle what a judge has cost.
    line.charge(query, record.spentNanoUsd());
    throw new GatewayError(planned.failure);
  }
  const { plan } = planned;
  // Every answer is given before a provider hears of the call; only native providers take what nobody has read.
  if (!plan.targets.every(source.passesBytes)) source.decode();
  record.planned(plan, source.failedPatches());
  const replan = (translatedOnly: boolean): RoutePlan => {
    const again = line.plan(query, affinity);
    if (!again.ok) throw new GatewayError(again.failure);
    const targets = again.plan.targets.filter((target) => !translatedOnly || !source.passesBytes(target));
    return isNonEmpty(targets) ? { ...again.plan, targets } : plan;
  };
  const measure: Begun['measure'] = (events) => {
    for (const event of events) {
      if (event.type !== 'usage' || sessionId === undefined) continue;
      line.sessions.measured(sessionId, rememberedAs(query.model, plan), estimated, event.usage);
    }
  };
  const held = affinity === undefined ? {} : { affinity };
  return { query, plan, replan, source, measure, cachedTokens: (model) => sparedTokens(model, query, held) };
}

/** After a compaction the conversation is another, of which next to nothing lies in the cache: then the order of the route
 *  holds again, as when it is cold. Said of Codex's own turns alone: another thread of the session may be short as well. */
function affinityFor(query: RouteQuery, affinity: Affinity | undefined): Affinity | undefined {
  const { requestKind, threadSource, inputTokens } = query;
  if (affinity?.cachedTokens === undefined || inputTokens === undefined) return affinity;
  const isTurn = requestKind === 'turn' && threadSource === 'user';
  return isTurn && inputTokens < affinity.cachedTokens * CONDENSED ? { ...affinity, warm: false } : affinity;
}

/** No turn is so much shorter than the one before it unless it was condensed. */
const CONDENSED = 0.5;

/** Read only where the route looks at it: the requests of others are not decoded for the sake of a plan. */
async function withWork(line: Line, query: RouteQuery, source: Source, asker: JudgeCaller): Promise<RouteQuery> {
  const needs = line.needs(query);
  if (!needs.work) return query;
  const { messages, condenses } = source.conversation();
  const work = readWork(messages, condenses || purposeOf(query) === 'compaction');
  const { sessionId } = query;
  const given = sessionId === undefined ? undefined : line.sessions.given(sessionId, work.key);
  const verdicts = await judgedBy(line, needs.judges, work, query, asker);
  return { ...query, work: { ...work, ...(given === undefined ? {} : { given }), verdicts } };
}

const JUDGED: readonly Purpose[] = ['turn', 'subagent', 'compaction'];

async function judgedBy(
  line: Line,
  judges: readonly JudgeSettings[],
  { task, wish }: Work,
  query: RouteQuery,
  asker: JudgeCaller,
): Promise<readonly Verdict[]> {
  // Who has said which model it should be does not wait for another opinion; titles and the like are no tasks.
  if (task === '' || wish !== undefined || !JUDGED.includes(purposeOf(query))) return [];
  const verdicts = await Promise.all(judges.map((settings) => line.judge(task, settings, asker)));
  return verdicts.filter((verdict) => verdict !== undefined);
}

/** What the call is expected to count: its bytes say it roughly, and the session's earlier calls how roughly. */
function sized(query: RouteQuery, estimated: number, size: SessionSize | undefined): RouteQuery {
  if (size === undefined) return { ...query, inputTokens: estimated };
  return { ...query, inputTokens: Math.round(estimated * size.ratio), outputTokens: Math.round(size.output) };
}
