/** The hidden states of a deployment.
 *  - `healthy`: as it is on most days;
 *  - `warming`: it has just come back: its caches are cold and its first replies slower;
 *  - `overloaded`: it serves, far slower than it does when it is well;
 *  - `failing`: a good part of its calls fail or never answer;
 *  - `cooldown`: it turns calls away and says so. */
export const STATES = ['healthy', 'warming', 'overloaded', 'failing', 'cooldown'] as const;
export type State = (typeof STATES)[number];

/** A number for each state, in the order of STATES. */
export type ByState = readonly [number, number, number, number, number];

export function byState(of: (state: State) => number): ByState {
  return [of('healthy'), of('warming'), of('overloaded'), of('failing'), of('cooldown')];
}

/** Scaled so that they sum to one; where nothing is left of them, all alike. */
export function normalised([a, b, c, d, e]: ByState): ByState {
  const sum = a + b + c + d + e;
  return sum > 0 ? [a / sum, b / sum, c / sum, d / sum, e / sum] : [0.2, 0.2, 0.2, 0.2, 0.2];
}

/** The mean of a quantity over the states. */
export function expectation(chances: ByState, values: ByState): number {
  return (
    chances[0] * values[0] +
    chances[1] * values[1] +
    chances[2] * values[2] +
    chances[3] * values[3] +
    chances[4] * values[4]
  );
}

export function likeliest(chances: ByState): State {
  let best: State = 'healthy';
  let most = -1;
  for (const [index, state] of STATES.entries()) {
    const chance = chances[index] ?? 0;
    if (chance > most) [best, most] = [state, chance];
  }
  return best;
}
