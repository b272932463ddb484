import type { AdaptiveSettings } from '../routing/adaptive/settings.ts';
import type { ConfigFile } from './schema.ts';

export function compileAdaptive({ adaptive_router: written }: ConfigFile): AdaptiveSettings {
  return {
    enabled: written.enabled,
    shadowMode: written.shadow_mode,
    canary: written.canary,
    minConfidenceDelta: written.min_confidence_delta,
    costGuardEnabled: written.cost_guard_enabled,
    maxCostMultiplier: written.max_cost_multiplier,
    criticalRiskThreshold: written.critical_risk_threshold,
  };
}

/** What is written and has no effect as it stands. */
export function adaptiveWarnings({ adaptive_router: written, routes }: ConfigFile): readonly string[] {
  const used = Object.entries(routes).filter(([, { strategy }]) => strategy === 'adaptive');
  const [first] = used;
  if (!written.enabled && first !== undefined) {
    return [`routes.${first[0]}: adaptive_router is not enabled, so the strategy adaptive chooses as risk does.`];
  }
  if (written.enabled && !written.shadow_mode && written.canary === 0) {
    return ['adaptive_router: no session follows it, since canary is 0; 1 means all.'];
  }
  return [];
}
