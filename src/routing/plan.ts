import type { Failure } from '../ir/failure.ts';
import type { NonEmpty } from '../ir/non-empty.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { Model, Price, Target } from '../providers/provider.ts';
import type { Beliefs } from './adaptive/belief.ts';
import type { AdaptiveDecision } from './adaptive/decision.ts';
import type { AdaptiveSettings } from './adaptive/settings.ts';
import type { Affinity } from './affinity.ts';
import type { Health } from './dispatch/health.ts';
import type { DispatchSettings } from './dispatch/settings.ts';
import type { Purpose } from './purpose.ts';
import type { Reason } from './reason.ts';
import type { Route, RouteOf, StrategyId } from './route.ts';

/** The read-only snapshot that a router sees.
 *  @property resolve      a direct slug, or a wildcard's `provider/ID`.
 *  @property unavailable  why a slug that is configured is out of reach, as a sentence.
 *  @property now          ms since the epoch.
 *  @property draw         the one random number of this request, 0 (inclusive) to 1.
 *  @property health       what the attempts so far say of each deployment.
 *  @property priceOf      what a token of the model costs, or undefined where it is unpriced, which is not zero.
 *  @property fence        why a policy keeps the model out, as a sentence; undefined where it may serve.
 *  @property afford       why a model would break a limit of cost, as a sentence; absent: there is none.
 *  @property affinity     who served the session that asks, when it last asked for this slug.
 *  @property adaptive     what the user says of the adaptive router; absent: it is off.
 *  @property beliefs      what it believes of each deployment. */
export type RouteView = {
  readonly resolve: (slug: string) => Model | undefined;
  readonly routes: ReadonlyMap<string, Route>;
  readonly slugs: readonly string[];
  readonly defaultModel: string;
  readonly unavailable: (slug: string) => string | undefined;
  readonly now: number;
  readonly draw: number;
  readonly health: Health;
  readonly dispatch: DispatchSettings;
  readonly priceOf: (model: Model) => Price | undefined;
  readonly fence: (model: Model) => string | undefined;
  readonly afford?: (query: RouteQuery, model: Model, cost: CallCost) => string | undefined;
  readonly affinity?: Affinity;
  readonly adaptive?: AdaptiveSettings;
  readonly beliefs?: Beliefs;
};

/** @property nanoUsd  absent: the model is unpriced, which is not zero.
 *  @property local    it runs on this machine or network and has no price of its own: counted as free. */
export type CallCost = { readonly nanoUsd?: number; readonly local: boolean };

/** @property route  the slug that was asked for, or the default it fell to.
 *  @property ruled  a rule of the route for calls of this kind chose the first target: it says nothing of where the
 *                   session's cache lies.
 *  @property adaptive  what the adaptive router made of the choice, where it was asked.
 *  @property given  by route, the target that the task in hand is given to: to be remembered of the session. */
export type RoutePlan = {
  readonly route: string;
  readonly targets: NonEmpty<Target>;
  readonly why: readonly Reason[];
  readonly adaptive?: AdaptiveDecision;
  readonly ruled?: Purpose;
  readonly given?: ReadonlyMap<string, string>;
};

/** An unknown slug is an answer, not a surprise. @property failure  kind `model-not-found`, naming the nearest slugs. */
export type Planned =
  | { readonly ok: true; readonly plan: RoutePlan }
  | { readonly ok: false; readonly failure: Failure };

/** A target of a route: one model, or all that a nested route stands for, in the order in which they are tried. The first
 *  stands for the branch wherever a strategy weighs branches. */
export type Branch = { readonly slug: string; readonly models: NonEmpty<Model> };

/** @property branches  in the order in which they are tried; a strategy may leave some out.
 *  @property why       what the strategy made of each, in words that a person can check.
 *  @property given     the target that the task in hand is given to, whether or not it can serve now. */
export type Ordered = {
  readonly branches: NonEmpty<Branch>;
  readonly why: readonly Reason[];
  readonly given?: string;
  readonly adaptive?: AdaptiveDecision;
};

/** Orders a route's branches. Pure: the same query, branches and view give the same order.
 *  @param branches  in the order of the file; what is out of reach or shut out is left out before. */
export type Router<S extends StrategyId = StrategyId> = (
  route: RouteOf<S>,
  branches: NonEmpty<Branch>,
  query: RouteQuery,
  view: RouteView,
) => Ordered;
