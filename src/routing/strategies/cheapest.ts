import { isNonEmpty } from '../../ir/non-empty.ts';
import { type ExpectedCost, expectedCost } from '../expected-cost.ts';
import type { Router } from '../plan.ts';

/** By what this call is expected to cost, the least first; equals in the order of the file, models without a price last.
 *  A model of this machine or network that has no price of its own counts as free. */
export const cheapest: Router<'cheapest'> = (_route, branches, query, view) => {
  const priced = branches.map((branch) => ({ branch, cost: expectedCost(query, branch.models[0], view) }));
  const ordered = priced.toSorted(({ cost: one }, { cost: other }) => rank(one) - rank(other));
  const placed = ordered.map(({ branch }) => branch);
  return {
    branches: isNonEmpty(placed) ? placed : branches,
    why: ordered.map(({ branch, cost }) => ({
      slug: branch.slug,
      text: words(cost),
      ...(cost.nanoUsd === undefined ? {} : { score: Number((cost.nanoUsd / 1e9).toPrecision(6)) }),
    })),
  };
};

/** No price counts as more than any: finite, since the difference of two infinities is no order. */
function rank({ nanoUsd }: ExpectedCost): number {
  return nanoUsd ?? Number.MAX_VALUE;
}

function words({ input, cached, output, nanoUsd, local }: ExpectedCost): string {
  if (nanoUsd === undefined) return 'It has no known price, so it comes last.';
  if (local) return 'It runs on this machine or network, which counts as free.';
  const of = `${input} tokens in, of which ${cached} from its cache, and ${output} out`;
  return `About $${(nanoUsd / 1e9).toPrecision(3)} for ${of}: an estimate.`;
}
