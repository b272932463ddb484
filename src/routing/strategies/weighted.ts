import { isNonEmpty } from '../../ir/non-empty.ts';
import type { Branch, Router } from '../plan.ts';
import { stableFraction } from '../stable-hash.ts';

/** A share of the sessions for each target. A session keeps its target, and where one is gone only its own sessions move:
 *  each target draws its own lot from the session's name (weighted rendezvous hashing), the highest comes first. A call
 *  without a session draws its lots anew. A weight of 0: only when the others fail.
 *  Source: https://en.wikipedia.org/wiki/Rendezvous_hashing */
export const weighted: Router<'weighted'> = ({ weights }, branches, { sessionId }, { draw }) => {
  const seed = sessionId ?? `draw ${draw}`;
  const weightOf = ({ slug }: Branch): number => weights.get(slug) ?? 0;
  const sum = branches.reduce((total, branch) => total + weightOf(branch), 0);
  const lots = branches.map((branch) => {
    const weight = weightOf(branch);
    const score = weight === 0 ? 0 : -weight / Math.log(stableFraction(`${seed}\n${branch.slug}`));
    return { branch, weight, score, chance: sum === 0 ? 0 : weight / sum };
  });
  const ordered = lots.toSorted((a, b) => b.score - a.score);
  const kept = sessionId === undefined ? 'drawn for this call' : 'drawn once for this session, which keeps it';
  const placed = ordered.map(({ branch }) => branch);
  return {
    branches: isNonEmpty(placed) ? placed : branches,
    why: ordered.map(({ branch, weight, score, chance }) => ({
      slug: branch.slug,
      text: `Weight ${weight} of ${sum}; its lot, the higher the earlier, was ${kept}.`,
      score: Number(score.toPrecision(4)),
      chance: Number(chance.toFixed(4)),
    })),
  };
};
