import type { NonEmpty } from '../ir/non-empty.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { Model, Target } from '../providers/provider.ts';
import type { Health } from './health.ts';

/** A virtual model: a name that stands for a choice among others. */
export type Route = { readonly slug: string; readonly strategy: StrategyId; readonly targets: NonEmpty<string> };

export type StrategyId = 'fixed' | 'fallback';

/** The read-only snapshot that a router sees.
 *  @property resolve  a direct slug, or a wildcard's `provider/ID`. */
export type RouteView = {
  readonly resolve: (slug: string) => Model | undefined;
  readonly routes: ReadonlyMap<string, Route>;
  readonly slugs: readonly string[];
  readonly defaultModel: string;
  readonly health: Health;
};

/** One sentence of the explanation, with the target it is about. */
export type Reason = { readonly slug?: string; readonly text: string };

/** @property route  the slug that was asked for, or the default it fell to. */
export type RoutePlan = { readonly route: string; readonly targets: NonEmpty<Target>; readonly why: readonly Reason[] };

/** Pure: the same query and view give the same plan. */
export type Router = (query: RouteQuery, route: Route, view: RouteView) => NonEmpty<Model>;
