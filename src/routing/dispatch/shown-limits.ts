import type { Model } from '../../providers/provider.ts';
import { breakerState } from './breaker.ts';
import { atCapacity, type HardLimit, keyLimitOf, keyOf, limitOf, type Situation } from './hard-limits.ts';

/** What keeps calls from a deployment now, for people to read: also what a plan would let pass, such as the breaker of a
 *  sole target. Undefined where nothing does. */
export function shownLimit(model: Model, situation: Situation): HardLimit | undefined {
  return limitOf(model, 0, [model], situation) ?? brokenLimit(model, situation) ?? atCapacity(model, situation.health);
}

/** The keys of a deployment that are left alone now, by their ids. */
export function shownKeyLimits(model: Model, situation: Situation): readonly (readonly [string, HardLimit])[] {
  return model.provider.credentials.flatMap(({ id }) => {
    const limit = keyLimitOf(model, id, 0, situation);
    return limit === undefined ? [] : [[id, limit] as const];
  });
}

/** @returns whole seconds, at least 1; `null` where no time is known. */
export function remainingSeconds({ until }: HardLimit, now: number): number | null {
  return until === undefined ? null : Math.max(1, Math.ceil((until - now) / 1_000));
}

function brokenLimit(model: Model, { health, now }: Situation): HardLimit | undefined {
  const known = health.get(keyOf(model));
  if (known?.breaker.openedAt === undefined) return undefined;
  const { openedAt, openMs, failures } = known.breaker;
  const text = `it failed ${failures} times in a row`;
  switch (breakerState(known.breaker, known.flights, now)) {
    case 'open':
      return {
        code: 'breaker',
        until: openedAt + openMs,
        text: `${text}; it is tried again in ${Math.max(1, Math.ceil((openedAt + openMs - now) / 1_000))} s`,
      };
    case 'probing':
      return { code: 'breaker', text: `${text}, and one call tries now whether it is well again` };
    default:
      return undefined;
  }
}
