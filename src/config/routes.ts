import { isNonEmpty } from '../ir/non-empty.ts';
import type { JudgeOptions, Route, RouteOf, StrategyId } from '../routing/route.ts';
import type { ConfigFile, RouteEntry } from './schema.ts';
import { durationMs } from './units.ts';

export function compileRoutes(config: ConfigFile): readonly Route[] {
  return Object.entries(config.routes).flatMap(([slug, entry]): readonly Route[] => {
    const { strategy, targets, rules } = entry;
    if (!isNonEmpty(targets)) return [];
    const common = { slug, targets, ...(rules === undefined ? {} : { rules }) };
    return [COMPILERS[strategy](common, entry)];
  });
}

type Common = Pick<Route, 'slug' | 'targets' | 'rules'>;

const COMPILERS: { readonly [S in StrategyId]: (common: Common, entry: RouteEntry) => RouteOf<S> } = {
  fixed: (common) => ({ ...common, strategy: 'fixed' }),
  fallback: (common) => ({ ...common, strategy: 'fallback' }),
  weighted: (common, { weights }) => ({ ...common, strategy: 'weighted', weights: weightsOf(common.targets, weights) }),
  cheapest: (common) => ({ ...common, strategy: 'cheapest' }),
  fastest: (common) => ({ ...common, strategy: 'fastest' }),
  auto: (common, { patience = 1, judge }) => ({ ...common, strategy: 'auto', patience, ...judgeOf(judge) }),
  split: (common, { plan_steps: planSteps = 3 }) => ({ ...common, strategy: 'split', planSteps }),
  risk: (common) => ({ ...common, strategy: 'risk' }),
  adaptive: (common) => ({ ...common, strategy: 'adaptive' }),
};

/** A target that comes twice has both weights. */
function weightsOf(targets: readonly string[], weights: readonly number[] = []): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [index, target] of targets.entries()) sums.set(target, (sums.get(target) ?? 0) + (weights[index] ?? 1));
  return sums;
}

function judgeOf(judge: RouteEntry['judge']): { readonly judge?: JudgeOptions } {
  if (judge === undefined) return {};
  const { model, timeout, threshold } = judge;
  return { judge: { model, threshold, timeoutMs: durationMs(timeout) } };
}
