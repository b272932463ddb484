import { estimateTokens } from '../context/estimate.ts';
import { PROTOCOL_IDS } from '../ir/protocol-id.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { Model } from '../providers/provider.ts';
import { expectedCost } from './expected-cost.ts';
import type { RouteView } from './plan.ts';
import { planRoute } from './plan-route.ts';
import { type Purpose, purposeOf } from './purpose.ts';
import type { Reason } from './reason.ts';
import { FIRM_RULES, shutOut } from './rules.ts';
import { needsOf } from './work/needs.ts';
import { readWork } from './work/read-work.ts';

/** What a request would meet, all of it as data.
 *  @property asked       the slug that was asked for. @property route  what it stands for: the default's, where it fell to it.
 *  @property problem     why nothing can serve it.
 *  @property candidates  those that are tried, in their order, then those that are not.
 *  @property why         every reason of the plan, in its own order. */
export type Explanation = {
  readonly asked: string;
  readonly route: string;
  readonly purpose: Purpose;
  readonly inputTokens: number;
  readonly problem?: string;
  readonly candidates: readonly Candidate[];
  readonly why: readonly Reason[];
};

/** @property policy  what the policy restricts, as sentences, each with the place of the setting. */
export type Explained = Explanation & { readonly policy: readonly string[] };

/** One model that the slug may stand for.
 *  @property place          1 for the one that is tried first; absent: it is not tried.
 *  @property contextWindow  tokens; absent: nobody knows.
 *  @property costNanoUsd    expected of this call; absent: unpriced, which is not zero.
 *  @property local          it has no price of its own since it runs on this machine or network. */
export type Candidate = {
  readonly slug: string;
  readonly provider?: string;
  readonly model?: string;
  readonly place?: number;
  readonly contextWindow?: number;
  readonly costNanoUsd?: number;
  readonly local: boolean;
  readonly why: readonly Reason[];
};

/** What Codex 0.169.0 sends around a first prompt, in tokens: its instructions, the tools, the environment. Measured with
 *  our catalogue: a body of 24 KB. */
export const AROUND_A_PROMPT = 6_000;
const BYTES_AROUND_A_PROMPT = 24_000;

/** What a prompt that begins a session would meet. */
export function explainPrompt(prompt: string, slug: string, view: RouteView, policy: readonly string[]): Explained {
  return { ...explain(firstQuery(prompt, slug, view), view), policy };
}

/** The request that Codex would make of a prompt that begins a session.
 *  @param view  says whether a route looks at the words. */
function firstQuery(prompt: string, slug: string, view: RouteView): RouteQuery {
  const query: RouteQuery = {
    protocol: PROTOCOL_IDS[0],
    model: slug,
    stream: true,
    // A session of its own, with its own lots and nothing spent yet.
    sessionId: `explained ${view.draw}`,
    requestKind: 'turn',
    threadSource: 'user',
    background: false,
    bodyBytes: BYTES_AROUND_A_PROMPT + Buffer.byteLength(prompt),
    inputTokens: AROUND_A_PROMPT + estimateTokens(prompt),
  };
  if (!needsOf(query, view).work) return query;
  return { ...query, work: readWork([{ role: 'user', parts: [{ type: 'text', text: prompt }] }]) };
}

/** Plans a request and tells of every candidate. Calls nobody. */
function explain(query: RouteQuery, view: RouteView): Explanation {
  const planned = planRoute(query, view);
  const why = planned.ok ? planned.plan.why : [];
  const tried = planned.ok ? [...new Set(planned.plan.targets.map(({ model }) => model))] : [];
  const route = planned.ok ? planned.plan.route : query.model;
  const others = [...reachable(route, view)].filter(([slug]) => !tried.some((model) => model.slug === slug));
  const told = (model: Model, place: number | undefined, otherwise: Reason | undefined): readonly Reason[] => {
    const reasons = why.filter((reason) => reason.slug === model.slug);
    if (place !== undefined || reasons.length > 0) return reasons;
    // A plan that failed has no reasons of its own.
    const shut = shutOut(model, FIRM_RULES, query, view) ?? otherwise;
    return shut === undefined ? [] : [shut];
  };
  const candidate = (model: Model | undefined, slug: string, place?: number, otherwise?: Reason): Candidate => ({
    slug,
    ...(model === undefined ? { local: false } : factsOf(model, query, view)),
    ...(place === undefined ? {} : { place }),
    why: model === undefined ? unavailable(slug, view) : told(model, place, otherwise),
  });
  return {
    asked: query.model,
    route,
    purpose: purposeOf(query),
    inputTokens: query.inputTokens ?? 0,
    ...(planned.ok ? {} : { problem: [planned.failure.message, planned.failure.mend].filter(Boolean).join(' ') }),
    candidates: [
      ...tried.map((model, index) => candidate(model, model.slug, index + 1)),
      ...others.map(([slug, otherwise]) => candidate(view.resolve(slug), slug, undefined, otherwise)),
    ],
    why,
  };
}

function factsOf(model: Model, query: RouteQuery, view: RouteView): Omit<Candidate, 'slug' | 'place' | 'why'> {
  const { nanoUsd, local } = expectedCost(query, model, view);
  const { contextWindow } = model.facts;
  return {
    provider: model.provider.id,
    model: model.upstreamId,
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(nanoUsd === undefined ? {} : { costNanoUsd: Math.round(nanoUsd) }),
    local,
  };
}

function unavailable(slug: string, view: RouteView): readonly Reason[] {
  const reason = view.unavailable(slug);
  return reason === undefined ? [] : [{ slug, text: `It is out of reach: ${reason}` }];
}

/** All models that a slug may stand for: those of its targets in the order of the file, then those that only its rules name,
 *  with a reason that says so. */
function reachable(slug: string, view: RouteView): ReadonlyMap<string, Reason | undefined> {
  const models = new Map<string, Reason | undefined>();
  const seen = new Set<string>();
  const ruled: (() => void)[] = [];
  const visit = (name: string, words: string | undefined): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const route = view.routes.get(name);
    if (route === undefined && (view.resolve(name) !== undefined || view.unavailable(name) !== undefined)) {
      models.set(name, words === undefined ? undefined : { slug: name, text: words });
    }
    for (const target of route?.targets ?? []) visit(target, words);
    for (const { when, use } of route?.rules ?? []) {
      ruled.push(() => visit(use, `Only for calls of the kind ${when.join(', ')}, by a rule of "${name}".`));
    }
  };
  visit(slug, undefined);
  for (const visitRuled of ruled) visitRuled();
  return models;
}
