import { isNonEmpty, type NonEmpty } from '../../../ir/non-empty.ts';
import type { Branch } from '../../plan.ts';

/** A target that can serve now. @property place  in the list of the route, 0 for the cheapest. */
export type Rung = { readonly branch: Branch; readonly place: number };

/** @param targets  of the route, from cheap to strong. @param branches  those that can serve, in any order. */
export function ladderOf(targets: NonEmpty<string>, branches: NonEmpty<Branch>): NonEmpty<Rung> {
  const rungs = branches
    .map((branch): Rung => ({ branch, place: Math.max(0, targets.indexOf(branch.slug)) }))
    .sort((one, other) => one.place - other.place);
  return isNonEmpty(rungs) ? rungs : [{ branch: branches[0], place: 0 }];
}

/** The rung at this place; where it cannot serve, the next stronger, then the strongest that there is. */
export function rungAt(ladder: NonEmpty<Rung>, place: number): Rung {
  return ladder.find((rung) => rung.place >= place) ?? ladder.at(-1) ?? ladder[0];
}

/** The rung that a model stands on. */
export function rungOf(ladder: NonEmpty<Rung>, slug: string | undefined): Rung | undefined {
  return ladder.find(({ branch }) => branch.models.some((model) => model.slug === slug));
}

/** In the order in which they are tried: where the choice fails, the stronger ones before the weaker. */
export function triedFrom(ladder: NonEmpty<Rung>, chosen: Rung): NonEmpty<Branch> {
  const above = ladder.filter(({ place }) => place > chosen.place);
  const below = ladder.filter(({ place }) => place < chosen.place).reverse();
  return [chosen.branch, ...above.map(({ branch }) => branch), ...below.map(({ branch }) => branch)];
}
