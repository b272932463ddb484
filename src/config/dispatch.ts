import type { DispatchSettings } from '../routing/dispatch/settings.ts';
import type { ConfigFile } from './schema.ts';
import { durationMs } from './units.ts';

export function compileDispatch({ dispatch: { temperature, weights, cooldown } }: ConfigFile): DispatchSettings {
  return {
    temperature,
    weights: {
      cost: weights.cost,
      ttft: weights.ttft,
      latency: weights.latency,
      tokensPerSecond: weights.tokens_per_second,
      errors: weights.errors,
      tokenPressure: weights.token_pressure,
      queue: weights.queue,
    },
    cooldown: {
      rateLimitedMs: durationMs(cooldown.rate_limited),
      authMs: durationMs(cooldown.auth),
      notFoundMs: durationMs(cooldown.not_found),
    },
  };
}
