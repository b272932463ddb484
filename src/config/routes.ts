import { isNonEmpty } from '../ir/non-empty.ts';
import type { Route, RouteOf, StrategyId } from '../routing/route.ts';
import type { ConfigFile, RouteEntry } from './schema.ts';

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
};

/** A target that comes twice has both weights. */
function weightsOf(targets: readonly string[], weights: readonly number[] = []): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [index, target] of targets.entries()) sums.set(target, (sums.get(target) ?? 0) + (weights[index] ?? 1));
  return sums;
}
