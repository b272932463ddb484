import type { NonEmpty } from '../ir/non-empty.ts';

/** What each strategy is told beside its targets. */
export type StrategyOptions = {
  readonly fixed: object;
  readonly fallback: object;
};

export type StrategyId = keyof StrategyOptions;

/** A virtual model: a name that stands for a choice among others.
 *  @property targets  slugs of models and of other routes, in the order of the file; what the order means is the
 *                     strategy's to say. */
export type RouteOf<S extends StrategyId> = {
  readonly [K in S]: {
    readonly slug: string;
    readonly strategy: K;
    readonly targets: NonEmpty<string>;
  } & StrategyOptions[K];
}[S];

export type Route = RouteOf<StrategyId>;
