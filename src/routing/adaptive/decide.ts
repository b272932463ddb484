import type { AdaptiveSettings } from './settings.ts';

/** One of those between whom `risk` chose.
 *  @property score       expected cost one step ahead: less is better; infinite: it has no place.
 *  @property confidence  that the call would go well there, 0 to 1.
 *  @property trouble     the chance that it fails or turns calls away now.
 *  @property unheard     a call would tell how it is.
 *  @property costNanoUsd  of this call; undefined: unpriced. */
export type Candidate = {
  readonly score: number;
  readonly confidence: number;
  readonly trouble: number;
  readonly unheard: boolean;
  readonly costNanoUsd: number | undefined;
};

/** @property suggested  index of a candidate; the baseline's where nothing better is allowed. */
export type Suggestion = { readonly suggested: number; readonly costGuardBlocked: boolean };

/** The best candidate that the cost guard lets pass, where it is enough better than the baseline or the baseline is in
 *  critical trouble. @param byScore  indexes of the candidates, best first. */
export function suggest(
  candidates: readonly Candidate[],
  byScore: readonly number[],
  baseline: number,
  settings: AdaptiveSettings,
): Suggestion {
  const from = candidates[baseline];
  let costGuardBlocked = false;
  if (from === undefined) return { suggested: baseline, costGuardBlocked };
  const critical = from.trouble >= settings.criticalRiskThreshold;
  if (from.unheard) return { suggested: baseline, costGuardBlocked };
  for (const index of byScore) {
    const to = candidates[index];
    if (index === baseline || to === undefined || to.score === Number.POSITIVE_INFINITY) break;
    const surer = to.confidence - from.confidence >= settings.minConfidenceDelta;
    if (!surer && !(critical && to.trouble < from.trouble)) continue;
    if (permitted(to, from, settings)) return { suggested: index, costGuardBlocked };
    costGuardBlocked = true;
  }
  return { suggested: baseline, costGuardBlocked };
}

/** The guard knows no exception: not for a baseline in trouble, and not for a price that nobody knows. */
export function permitted(
  to: Pick<Candidate, 'costNanoUsd'>,
  from: Pick<Candidate, 'costNanoUsd'>,
  { costGuardEnabled, maxCostMultiplier }: AdaptiveSettings,
): boolean {
  if (!costGuardEnabled) return true;
  if (to.costNanoUsd === undefined || from.costNanoUsd === undefined) return false;
  return to.costNanoUsd <= from.costNanoUsd * maxCostMultiplier;
}

/** How likely each candidate would be chosen if suggestions were followed, over all that `risk` may draw. */
export function followed(
  candidates: readonly Candidate[],
  byScore: readonly number[],
  chances: readonly number[],
  settings: AdaptiveSettings,
): readonly number[] {
  const shares = candidates.map(() => 0);
  for (const [baseline, chance] of chances.entries()) {
    if (chance === 0) continue;
    const { suggested } = suggest(candidates, byScore, baseline, settings);
    shares[suggested] = (shares[suggested] ?? 0) + chance;
  }
  return shares;
}
