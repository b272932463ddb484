import type { Failure } from '../ir/failure.ts';
import type { NonEmpty } from '../ir/non-empty.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { Model, Target } from '../providers/provider.ts';
import type { Affinity } from './affinity.ts';
import type { Health } from './health.ts';
import type { Reason } from './reason.ts';

/** A virtual model: a name that stands for a choice among others. */
export type Route = { readonly slug: string; readonly strategy: StrategyId; readonly targets: NonEmpty<string> };

export type StrategyId = 'fixed' | 'fallback';

/** The read-only snapshot that a router sees.
 *  @property resolve      a direct slug, or a wildcard's `provider/ID`.
 *  @property unavailable  why a slug that is configured is out of reach, as a sentence.
 *  @property affinity     who served the session that asks, when it last asked for this slug. */
export type RouteView = {
  readonly resolve: (slug: string) => Model | undefined;
  readonly routes: ReadonlyMap<string, Route>;
  readonly slugs: readonly string[];
  readonly defaultModel: string;
  readonly health: Health;
  readonly unavailable?: (slug: string) => string | undefined;
  readonly affinity?: Affinity;
};

/** @property route  the slug that was asked for, or the default it fell to. */
export type RoutePlan = { readonly route: string; readonly targets: NonEmpty<Target>; readonly why: readonly Reason[] };

/** An unknown slug is an answer, not a surprise. @property failure  kind `model-not-found`, naming the nearest slugs. */
export type Planned =
  | { readonly ok: true; readonly plan: RoutePlan }
  | { readonly ok: false; readonly failure: Failure };

/** Orders a route's candidates and may leave some out. Pure: the same query, candidates and view give the same models.
 *  @param candidates  the route's targets as models, in the order of the file: nested routes are flattened, what is
 *                     out of reach and what came twice is left out before. */
export type Router = (query: RouteQuery, candidates: NonEmpty<Model>, view: RouteView) => NonEmpty<Model>;
