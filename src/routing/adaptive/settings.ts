/** What a user says of the adaptive router: the section `adaptive_router` of config.yaml.
 *  @property shadowMode   it computes and tells, and changes nothing.
 *  @property canary       outside shadow mode: the share of sessions, 0 to 1, whose calls follow it.
 *  @property minConfidenceDelta     how much surer it must be of its suggestion than of the baseline, 0 to 1.
 *  @property maxCostMultiplier      a suggestion may be expected to cost at most so many times what the baseline would.
 *  @property criticalRiskThreshold  of the chance that the baseline fails or refuses: from here on it is left even where
 *                                   the confidence differs by less. */
export type AdaptiveSettings = {
  readonly enabled: boolean;
  readonly shadowMode: boolean;
  readonly canary: number;
  readonly minConfidenceDelta: number;
  readonly costGuardEnabled: boolean;
  readonly maxCostMultiplier: number;
  readonly criticalRiskThreshold: number;
};

export const DEFAULT_ADAPTIVE: AdaptiveSettings = {
  enabled: false,
  shadowMode: true,
  canary: 0,
  minConfidenceDelta: 0.15,
  costGuardEnabled: true,
  maxCostMultiplier: 2,
  criticalRiskThreshold: 0.65,
};
