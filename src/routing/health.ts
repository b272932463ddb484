import type { Attempt } from '../ir/attempt.ts';

/** What the attempts so far say of each deployment, by `provider/model`. Pure: `observe` returns a new value. */
export type Health = ReadonlyMap<string, DeploymentHealth>;

/** Times in ms since the epoch. */
export type DeploymentHealth = {
  readonly lastSuccessAt?: number;
  readonly lastFailureAt?: number;
  readonly lastFailure?: string;
  readonly failuresInARow: number;
};

export const NO_HEALTH: Health = new Map();

export function observe(health: Health, attempt: Attempt, now: number): Health {
  if (attempt.failure?.kind === 'cancelled') return health;
  const key = `${attempt.provider}/${attempt.model}`;
  const before = health.get(key) ?? { failuresInARow: 0 };
  const after: DeploymentHealth =
    attempt.failure === undefined
      ? { ...before, lastSuccessAt: now, failuresInARow: 0 }
      : { ...before, lastFailureAt: now, lastFailure: attempt.failure.kind, failuresInARow: before.failuresInARow + 1 };
  return new Map(health).set(key, after);
}
