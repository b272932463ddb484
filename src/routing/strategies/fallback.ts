import type { NonEmpty } from '../../ir/non-empty.ts';
import type { RouteQuery } from '../../ir/query.ts';
import type { Model } from '../../providers/provider.ts';

/** In the order of the file: each is tried when all before it failed. */
export function fallback(_query: RouteQuery, candidates: NonEmpty<Model>): NonEmpty<Model> {
  return candidates;
}
