import type { NonEmpty } from '../ir/non-empty.ts';
import type { JudgeSettings } from '../ir/work.ts';
import type { Purpose } from './purpose.ts';

/** What each strategy is told beside its targets. */
export type StrategyOptions = {
  readonly fixed: object;
  readonly fallback: object;
  /** By target, 0 or more: what share of the sessions it gets. */
  readonly weighted: { readonly weights: ReadonlyMap<string, number> };
  readonly cheapest: object;
  readonly fastest: object;
  /** @property patience  evidence that one step up takes; 1 where nothing else is wanted.
   *  @property judge     a model that is asked about each task, and how sure it must be to begin with the strongest. */
  readonly auto: { readonly patience: number; readonly judge?: JudgeOptions };
  /** @property planSteps  replies after which the planner hands over at the latest. */
  readonly split: { readonly planSteps: number };
  readonly risk: object;
  readonly adaptive: object;
};

/** @property threshold  from here on, 0 to 1, a task begins with the strongest target. */
export type JudgeOptions = JudgeSettings & { readonly threshold: number };

export type StrategyId = keyof StrategyOptions;

export const STRATEGY_IDS = [
  'fixed',
  'fallback',
  'weighted',
  'cheapest',
  'fastest',
  'auto',
  'split',
  'risk',
  'adaptive',
] as const satisfies readonly StrategyId[];

/** A virtual model: a name that stands for a choice among others.
 *  @property targets  slugs of models and of other routes, in the order of the file; what the order means is the
 *                     strategy's to say.
 *  @property rules    for calls of a kind: what is tried before the targets, whatever the strategy. */
export type RouteOf<S extends StrategyId> = {
  readonly [K in S]: {
    readonly slug: string;
    readonly strategy: K;
    readonly targets: NonEmpty<string>;
    readonly rules?: readonly PurposeRule[];
  } & StrategyOptions[K];
}[S];

export type Route = RouteOf<StrategyId>;

/** @property use  the slug of a model or of another route. */
export type PurposeRule = { readonly when: readonly Purpose[]; readonly use: string };
