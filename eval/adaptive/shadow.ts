import type { LedgerEntry } from '../../src/metering/ledger.ts';
import { type Effect, shadowEffect } from '../../src/metering/shadow-effect.ts';
import type { AdaptiveDecision } from '../../src/routing/adaptive/decision.ts';
import { DEFAULT_ADAPTIVE } from '../../src/routing/adaptive/settings.ts';
import type { Random } from '../../src/statistics/random.ts';
import { product } from '../dispatch/policies/product.ts';
import { runOf } from '../dispatch/worlds.ts';
import type { TroubledWorld } from './worlds.ts';

/** What `stats --shadow` says after these worlds ran by `risk` with the adaptive router in shadow: from the same ledger
 *  entries that the gateway would write. Each request is its own session, since the trace has none. */
export function shadowSays(
  worlds: readonly { readonly seed: number; readonly world: TroubledWorld }[],
  random: Random,
): Effect {
  const entries = worlds.flatMap(({ seed, world }): readonly LedgerEntry[] => {
    const decisions: AdaptiveDecision[] = [];
    const policy = product(
      'risk, in shadow',
      (common) => ({ ...common, strategy: 'risk' }),
      undefined,
      { ...DEFAULT_ADAPTIVE, enabled: true },
      (decision) => decisions.push(decision),
    );
    const { ttftMs, failed, costNanoUsd } = runOf(world, policy, seed);
    return decisions.map((adaptive, index) => {
      const ttft = ttftMs[index] ?? Number.NaN;
      return {
        requestId: `${seed} ${index}`,
        caller: 'simulated',
        tags: [],
        protocol: 'openai-chat',
        route: 'pool',
        path: 'translated',
        startedAt: index,
        ...(Number.isNaN(ttft) ? {} : { firstTokenMs: ttft }),
        totalMs: 0,
        attempts: [],
        why: [],
        costNanoUsd: Math.round(costNanoUsd[index] ?? 0),
        losses: [],
        adaptive,
        outcome: failed[index] === 1 ? 'failed' : 'completed',
        status: 200,
      };
    });
  });
  return shadowEffect(entries, random).followed;
}
