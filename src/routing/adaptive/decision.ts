import type { State } from './state.ts';

/** What the adaptive router made of one choice of `risk`. Kept in the ledger, whether it was followed or not.
 *  @property baseline     what `risk` chose. @property suggested  the same where it would not switch.
 *  @property applied      the call went to the suggestion.
 *  @property costGuardBlocked  a better one was passed over for what it costs.
 *  @property arm          `shadow`: nothing is followed; `canary`: this session follows; `control`: this one does not.
 *  @property health       the likeliest state of each candidate, by slug.
 *  @property chance       of the baseline, as `risk` drew it, 0 to 1.
 *  @property following    how likely the call would have gone to the baseline's deployment had the suggestions been followed:
 *                         over all that `risk` might have drawn. */
export type AdaptiveDecision = {
  readonly baseline: Choice;
  readonly suggested: Choice;
  readonly wouldSwitch: boolean;
  readonly applied: boolean;
  readonly costGuardBlocked: boolean;
  readonly arm: Arm;
  readonly health: { readonly [slug: string]: State };
  readonly chance: number;
  readonly following: number;
};

export const ARMS = ['shadow', 'canary', 'control'] as const;
export type Arm = (typeof ARMS)[number];

/** @property ttftMs, errors  as expected of the call. @property costNanoUsd  absent: unpriced. */
export type Choice = {
  readonly provider: string;
  readonly slug: string;
  readonly ttftMs: number;
  readonly errors: number;
  readonly costNanoUsd?: number;
};
