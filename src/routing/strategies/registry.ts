import type { NonEmpty } from '../../ir/non-empty.ts';
import type { RouteQuery } from '../../ir/query.ts';
import type { Branch, Ordered, Router, RouteView } from '../plan.ts';
import type { RouteOf, StrategyId } from '../route.ts';
import { adaptive } from './adaptive.ts';
import { auto } from './auto/auto.ts';
import { cheapest } from './cheapest.ts';
import { fallback } from './fallback.ts';
import { fastest } from './fastest.ts';
import { fixed } from './fixed.ts';
import { risk } from './risk.ts';
import { split } from './split.ts';
import { weighted } from './weighted.ts';

/** Every strategy that a route may name. */
const STRATEGIES: { readonly [S in StrategyId]: Router<S> } = {
  fixed,
  fallback,
  weighted,
  cheapest,
  fastest,
  auto,
  split,
  risk,
  adaptive,
};

/** Does the strategy itself weigh where a session's cache lies? Where it does not, the branch that holds it is tried first. */
export const WEIGHS_SESSIONS: { readonly [S in StrategyId]: boolean } = {
  fixed: false,
  fallback: false,
  weighted: false,
  cheapest: true,
  fastest: false,
  auto: true,
  split: true,
  risk: true,
  adaptive: true,
};

/** Does the strategy look at what happened in the conversation? Where none does, it is not read for the plan's sake. */
export const LOOKS_AT_WORK: { readonly [S in StrategyId]: boolean } = {
  fixed: false,
  fallback: false,
  weighted: false,
  cheapest: false,
  fastest: false,
  auto: true,
  split: true,
  risk: false,
  adaptive: false,
};

/** A route's branches in the order that its strategy gives them. */
export function order<S extends StrategyId>(
  route: RouteOf<S>,
  branches: NonEmpty<Branch>,
  query: RouteQuery,
  view: RouteView,
): Ordered {
  const router: Router<S> = STRATEGIES[route.strategy];
  return router(route, branches, query, view);
}
