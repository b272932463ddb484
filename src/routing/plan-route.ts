import type { Failure } from '../ir/failure.ts';
import { isNonEmpty } from '../ir/non-empty.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { Model } from '../providers/provider.ts';
import type { AdaptiveDecision } from './adaptive/decision.ts';
import { heldKey, holderFirst } from './affinity.ts';
import { keyLimitOf } from './dispatch/hard-limits.ts';
import { inputTokens } from './expected-cost.ts';
import { nearest } from './nearest.ts';
import type { Branch, Ordered, Planned, RouteView } from './plan.ts';
import { targetsOf } from './pool.ts';
import { type Purpose, purposeOf } from './purpose.ts';
import type { Reason, RuleId } from './reason.ts';
import type { Route } from './route.ts';
import { FIRM_RULES, type Rule, rulesFor, shutOut } from './rules.ts';
import { order, WEIGHS_SESSIONS } from './strategies/registry.ts';

/** Names the targets of a call, in the order in which they are tried, and says why in words. Pure.
 *  - a direct slug, or a wildcard's `provider/ID`: that model and no other;
 *  - a route: what its strategy makes of its targets;
 *  - an unknown slug: a failure that names the nearest, unless the client asked on its own (`query.background`):
 *    then the default model. */
export function planRoute(query: RouteQuery, view: RouteView): Planned {
  const found = candidatesOf(query.model, query, view);
  if (found.known || !query.background) return planned(query.model, found, query, view);
  const fallen: Reason = {
    text: `"${query.model}" is unknown here and the client asked for it on its own, so the default model serves it.`,
  };
  const byDefault = candidatesOf(view.defaultModel, query, view);
  return planned(view.defaultModel, { ...byDefault, why: [fallen, ...byDefault.why] }, query, view);
}

/** @property known  the slug is configured, whether or not it is in reach.
 *  @property ruled  a rule of a route chose the first model, for calls of this kind.
 *  @property adaptive  what the adaptive router made of the outermost choice on the way to the first model. */
type Found = {
  readonly known: boolean;
  readonly models: readonly Model[];
  readonly why: readonly Reason[];
  readonly ruled?: Purpose;
  readonly given?: ReadonlyMap<string, string>;
  readonly adaptive?: AdaptiveDecision;
};

/** What a slug stands for. A rule that is not firm gives way where it would leave a route without any target: better a
 *  try that may fail than none. */
function candidatesOf(slug: string, query: RouteQuery, view: RouteView): Found {
  if (!view.routes.has(slug)) return direct(slug, FIRM_RULES, query, view);
  const found = routed(slug, rulesFor(poolOf(slug, query, view)), query, view, []);
  if (found.models.length > 0) return found;
  const anyway = routed(slug, FIRM_RULES, query, view, []);
  if (anyway.models.length === 0) return found;
  const text = 'No target is left by the rules, so those that a rule only advises against are tried all the same.';
  return { ...anyway, why: [...advised(found.why), { slug, text }, ...anyway.why] };
}

/** What rules only advise against is told without the rule, since it is tried; what a firm rule says is told once, by the
 *  plan that counts. */
function advised(why: readonly Reason[]): readonly Reason[] {
  return why.flatMap(({ rule, ...reason }) =>
    rule === undefined || rule === OUT_OF_REACH || FIRM_RULES.some(({ id }) => id === rule) ? [] : [reason],
  );
}

const OUT_OF_REACH = 'out-of-reach' satisfies RuleId;

function routed(
  slug: string,
  rules: readonly Rule[],
  query: RouteQuery,
  view: RouteView,
  outer: readonly string[],
): Found {
  const route = view.routes.get(slug);
  if (route === undefined) return direct(slug, rules, query, view);
  // The configuration refuses cycles; a view that holds one all the same must not hang the gateway.
  if (outer.includes(slug)) return { known: true, models: [], why: [] };
  const below = (target: string): Found => routed(target, rules, query, view, [...outer, slug]);
  const chosen = ruled(route, query);
  const first = chosen === undefined ? undefined : below(chosen.use);
  const branches: Branch[] = [];
  const left: Reason[] = [];
  const ruledBelow = new Map<string, Purpose>();
  const given = new Map(first?.given);
  const adaptiveBelow = new Map<string, AdaptiveDecision>();
  for (const target of route.targets) {
    const { models, why, ruled: purpose, given: givenBelow = [], adaptive } = below(target);
    for (const [inner, to] of givenBelow) given.set(inner, to);
    left.push(...why);
    if (isNonEmpty(models)) branches.push({ slug: target, models });
    if (purpose !== undefined) ruledBelow.set(target, purpose);
    if (adaptive !== undefined) adaptiveBelow.set(target, adaptive);
  }
  const ordered = isNonEmpty(branches) ? sessionsFirst(route, order(route, branches, query, view), view) : undefined;
  if (ordered?.given !== undefined) given.set(slug, ordered.given);
  const rest = ordered?.branches.flatMap((branch) => branch.models) ?? [];
  const models = distinct([...(first?.models ?? []), ...rest]);
  const tellings = [...ruleReasons(slug, chosen, first), ...(ordered?.why ?? []), ...left];
  if (models.length === 0) return { known: true, models, why: tellings };
  const slugs = models.map((model) => model.slug);
  const text = `The route "${slug}" (${route.strategy}) gives ${slugs.join(', then ')}.`;
  const told: Reason = { slug, text, order: slugs };
  const purpose =
    first !== undefined && first.models.length > 0 ? chosen?.purpose : ruledBelow.get(ordered?.branches[0].slug ?? '');
  // A model that a rule put first was chosen by nobody.
  const adaptive =
    first !== undefined && first.models.length > 0
      ? first.adaptive
      : (ordered?.adaptive ?? adaptiveBelow.get(ordered?.branches[0].slug ?? ''));
  return {
    known: true,
    models,
    given,
    why: [told, ...tellings],
    ...(purpose === undefined ? {} : { ruled: purpose }),
    ...(adaptive === undefined ? {} : { adaptive }),
  };
}

/** What a rule of the route says of calls of this kind. */
type Chosen = { readonly purpose: Purpose; readonly use: string };

function ruled({ rules }: Route, query: RouteQuery): Chosen | undefined {
  if (rules === undefined) return undefined;
  const purpose = purposeOf(query);
  const rule = rules.find(({ when }) => when.includes(purpose));
  return rule === undefined ? undefined : { purpose, use: rule.use };
}

function ruleReasons(slug: string, chosen: Chosen | undefined, found: Found | undefined): readonly Reason[] {
  if (chosen === undefined || found === undefined) return [];
  const { purpose, use } = chosen;
  const what = found.models.length > 0 ? `"${use}" is tried first` : `"${use}" would be tried first and cannot serve`;
  return [{ slug: use, text: `By a rule of "${slug}" for calls of the kind ${purpose}, ${what}.` }, ...found.why];
}

/** A branch that holds the session's cache is tried first, unless the strategy weighs that itself. */
function sessionsFirst(route: Route, ordered: Ordered, { affinity }: RouteView): Ordered {
  if (WEIGHS_SESSIONS[route.strategy]) return ordered;
  const held = holderFirst(ordered.branches, affinity);
  return { ...ordered, branches: held.branches, why: [...ordered.why, ...held.why] };
}

/** The models that a route's slug stands for, however deep, without those that a firm rule shuts out. */
function poolOf(slug: string, query: RouteQuery, view: RouteView): readonly Model[] {
  const pool = new Set<Model>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const route = view.routes.get(name);
    const model = route === undefined ? view.resolve(name) : undefined;
    if (model !== undefined && shutOut(model, FIRM_RULES, query, view) === undefined) pool.add(model);
    for (const target of route?.targets ?? []) visit(target);
    for (const { use } of route?.rules ?? []) visit(use);
  };
  visit(slug);
  return [...pool];
}

function direct(slug: string, rules: readonly Rule[], query: RouteQuery, view: RouteView): Found {
  const model = view.resolve(slug);
  if (model === undefined) {
    const reason = view.unavailable(slug);
    if (reason === undefined) return { known: false, models: [], why: [] };
    return {
      known: true,
      models: [],
      why: [{ slug, text: `"${slug}" is out of reach: ${reason}`, rule: OUT_OF_REACH }],
    };
  }
  const excluded = shutOut(model, rules, query, view);
  return excluded === undefined
    ? { known: true, models: [model], why: [] }
    : { known: true, models: [], why: [excluded] };
}

function planned(slug: string, found: Found, query: RouteQuery, view: RouteView): Planned {
  const tokens = inputTokens(query);
  const targets = found.models.flatMap((model) =>
    targetsOf(
      model,
      query.sessionId,
      heldKey(model, view.affinity),
      (key) => keyLimitOf(model, key, tokens, view) !== undefined,
    ),
  );
  if (!isNonEmpty(targets))
    return { ok: false, failure: found.known ? outOfReach(slug, found.why, view) : unknown(slug, view) };
  const why: Reason[] = [...found.why];
  if (!view.routes.has(slug)) why.push({ slug, text: `"${slug}" was asked for by name, so no other model is tried.` });
  for (const model of found.models) {
    const keys = model.provider.credentials.length;
    if (keys > 1) {
      why.push({ slug: model.slug, text: `${model.provider.name} has ${keys} keys; a session keeps to one of them.` });
    }
  }
  return {
    ok: true,
    plan: {
      route: slug,
      targets,
      why,
      ...(found.given === undefined ? {} : { given: found.given }),
      ...(found.ruled === undefined ? {} : { ruled: found.ruled }),
      ...(found.adaptive === undefined ? {} : { adaptive: found.adaptive }),
    },
  };
}

function outOfReach(slug: string, why: readonly Reason[], view: RouteView): Failure {
  const reasons = why.map((reason) => reason.text).join(' ');
  const message = view.routes.has(slug)
    ? `No target of the route "${slug}" can serve now. ${reasons}`.trimEnd()
    : reasons;
  if (why.some(({ rule }) => rule === 'fence' || rule === 'budget')) {
    const mend = 'Choose a model that the policy lets pass (plugboard models), or lift the limit where it is set.';
    return { kind: 'policy', model: slug, message, mend };
  }
  return { kind: 'model-not-found', model: slug, message, mend: 'Run: plugboard doctor' };
}

function unknown(slug: string, view: RouteView): Failure {
  const near = nearest(slug, view.slugs);
  if (near.length === 0) {
    return {
      kind: 'model-not-found',
      model: slug,
      message: `${slug === '' ? 'No model was asked for' : `The model "${slug}" is unknown`}, and no model is configured yet.`,
      mend: 'Run: plugboard init',
    };
  }
  return {
    kind: 'model-not-found',
    model: slug,
    message: `The model "${slug}" is unknown. The nearest: ${near.join(', ')}.`,
    mend: 'Run: plugboard models',
  };
}

function distinct(models: readonly Model[]): readonly Model[] {
  return [...new Map(models.map((model) => [model.slug, model])).values()];
}
