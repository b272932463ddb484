/** What a router's order of the prompts is worth.
 *
 *  Performance gap recovered (PGR) at a share of strong calls: the router sends that share of the prompts, those it scores
 *  highest, to the strong model and the rest to the cheap one; PGR is (router - cheap) / (strong - cheap) in accuracy.
 *  The average performance gap recovered (APGR) is the area under PGR over the share from 0 to 1, here exact, one step a
 *  prompt. A router that draws lots has 0.5; one may pass 1 where the cheap model is sometimes right alone.
 *  Source: Ong et al., RouteLLM: Learning to Route LLMs with Preference Data, 2024, section 3.2.
 *
 *  @param scores  the highest goes to the strong model first; equal ones go together, in proportion.
 *  @param gains   success of the strong model less that of the cheap one, a prompt.
 *  @returns the APGR of these prompts, of which one may come several times. It sorts once, so that resampling is quick. */
export function gapRecovery(
  scores: ArrayLike<number>,
  gains: ArrayLike<number>,
): (indexes: ArrayLike<number>) => number {
  const order = Uint32Array.from(scores, (_, at) => at).sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0));
  const times = new Uint32Array(order.length);
  return (indexes) => {
    times.fill(0);
    for (let at = 0; at < indexes.length; at += 1) times[indexes[at] ?? 0] = (times[indexes[at] ?? 0] ?? 0) + 1;
    let [area, recovered, at] = [0, 0, 0];
    while (at < order.length) {
      const score = scores[order[at] ?? 0];
      let [prompts, gain] = [0, 0];
      for (; at < order.length && scores[order[at] ?? 0] === score; at += 1) {
        const index = order[at] ?? 0;
        prompts += times[index] ?? 0;
        gain += (times[index] ?? 0) * (gains[index] ?? 0);
      }
      area += (recovered + gain / 2) * prompts;
      recovered += gain;
    }
    return area / (indexes.length * recovered);
  };
}

/** The APGR of all prompts. */
export function averageGapRecovered(scores: ArrayLike<number>, gains: ArrayLike<number>): number {
  return gapRecovery(scores, gains)(Uint32Array.from(scores, (_, at) => at));
}

/** PGR at one share of strong calls. */
export function gapRecovered(scores: readonly number[], gains: readonly number[], share: number): number {
  const order = scores.map((_, at) => at).sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0));
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  const strong = order.slice(0, Math.round(share * order.length));
  return strong.reduce((sum, at) => sum + (gains[at] ?? 0), 0) / total;
}
