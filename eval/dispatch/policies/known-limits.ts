import { limitOf } from '../../../src/routing/dispatch/hard-limits.ts';
import { type Health, NO_HEALTH } from '../../../src/routing/dispatch/health.ts';
import { observe } from '../../../src/routing/dispatch/observe.ts';
import { DEFAULT_DISPATCH } from '../../../src/routing/dispatch/settings.ts';
import type { Asked, Dispatcher, World } from '../simulate.ts';
import { EPOCH } from '../simulate.ts';

/** A baseline that knows hard limits as the product does, by the product's own rule and reducer: refusals, windows, the
 *  breaker. Where all are shut out, all may be tried. Only the order of the others is its own.
 *  @param order  of the deployments that may be tried, best first; it gives back all of them. */
export function withKnownLimits(
  { deployments }: World,
  order: (candidates: readonly number[], asked: Asked, now: number, health: Health) => readonly number[],
): Dispatcher {
  let health = NO_HEALTH;
  const models = deployments.map(({ model }) => model);
  const all = models.map((_, index) => index);
  return {
    plan: (asked, now) => {
      const situation = { health, dispatch: DEFAULT_DISPATCH, now: EPOCH + now };
      const up = all.filter((index) => {
        const model = models[index];
        return model !== undefined && limitOf(model, asked.inputTokens, models, situation) === undefined;
      });
      return order(up.length > 0 ? up : all, asked, EPOCH + now, health);
    },
    observe: (event) => {
      health = observe(health, event);
    },
  };
}
