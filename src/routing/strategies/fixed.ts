import type { NonEmpty } from '../../ir/non-empty.ts';
import type { RouteQuery } from '../../ir/query.ts';
import type { Model } from '../../providers/provider.ts';

/** An alias: the first target and no other. */
export function fixed(_query: RouteQuery, candidates: NonEmpty<Model>): NonEmpty<Model> {
  return [candidates[0]];
}
