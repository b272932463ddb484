import { RATES } from './parameters.ts';
import { type ByState, byState, normalised, STATES, type State } from './state.ts';

/** From each state, the chances of being in each after a span of time. */
type Step = readonly [ByState, ByState, ByState, ByState, ByState];

/** Beyond this all that was known is forgotten: 2 ** 22 ms, over an hour. */
const LONGEST = 22;

/** The chances of being in each state after so long without news: they draw towards what is usual, by way of recovery.
 *  A span is the sum of powers of two of a millisecond, each with its step worked out once. */
export function forward(chances: ByState, spanMs: number): ByState {
  let after = chances;
  let rest = Math.min(Math.round(spanMs), 2 ** (LONGEST + 1) - 1);
  for (let power = 0; rest > 0; power += 1, rest = Math.floor(rest / 2)) {
    const step = STEPS[power];
    if (rest % 2 === 1 && step !== undefined) after = moved(after, step);
  }
  return after;
}

function moved(chances: ByState, step: Step): ByState {
  const [a, b, c, d, e] = chances;
  const [from0, from1, from2, from3, from4] = step;
  return [
    a * from0[0] + b * from1[0] + c * from2[0] + d * from3[0] + e * from4[0],
    a * from0[1] + b * from1[1] + c * from2[1] + d * from3[1] + e * from4[1],
    a * from0[2] + b * from1[2] + c * from2[2] + d * from3[2] + e * from4[2],
    a * from0[3] + b * from1[3] + c * from2[3] + d * from3[3] + e * from4[3],
    a * from0[4] + b * from1[4] + c * from2[4] + d * from3[4] + e * from4[4],
  ];
}

const STEPS: readonly Step[] = steps();

function steps(): readonly Step[] {
  let step = oneMs();
  const all = [step];
  for (let power = 1; power <= LONGEST; power += 1) {
    step = twice(step);
    all.push(step);
  }
  return all;
}

/** Of so short a span the second order is exact enough: no rate is above a few per minute. */
function oneMs(): Step {
  const row = (from: State): ByState => {
    const rates: { readonly [to: string]: number } = RATES[from];
    const leaving = Object.values(rates).reduce((sum, rate) => sum + rate, 0);
    return normalised(byState((to) => (to === from ? 1 - leaving / 1_000 : (rates[to] ?? 0) / 1_000)));
  };
  return eachState(row);
}

function twice(step: Step): Step {
  return eachState((from) => normalised(moved(step[STATES.indexOf(from)] ?? step[0], step)));
}

function eachState(row: (from: State) => ByState): Step {
  return [row('healthy'), row('warming'), row('overloaded'), row('failing'), row('cooldown')];
}

/** What is known of a deployment of which nothing was heard for long. */
export const USUAL: ByState = forward([1, 0, 0, 0, 0], 2 ** LONGEST);
