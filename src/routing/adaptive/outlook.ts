import { breakerState } from '../dispatch/breaker.ts';
import type { DeploymentHealth } from '../dispatch/health.ts';
import { waiting } from '../dispatch/prediction.ts';
import { windowPressure } from '../dispatch/rate-windows.ts';
import type { Terms } from '../dispatch/score.ts';
import { type Belief, chancesAt, failingShare, unknownBelief, usualFirstToken } from './belief.ts';
import { after, stillWaiting } from './evidence.ts';
import { ERRORS, GOES_WELL, LOOK_AFTER_MS, PRESSURE, REFUSAL_COST, REFUSALS } from './parameters.ts';
import { type ByState, byState, expectation, normalised } from './state.ts';
import { forward } from './transition.ts';

/** What a call would meet at a deployment.
 *  @property now    the chances of its states now. @property soon  while the call would run.
 *  @property risk   that the call fails, hangs or is turned away, 0 to 1.
 *  @property confidence  that the call goes well, 0 to 1.
 *  @property unheard  nothing was heard of it for long, and nobody waits there: a call would tell how it is.
 *  @property trouble  that the deployment fails or turns calls away now: what `critical_risk_threshold` is about. */
export type Outlook = {
  readonly now: ByState;
  readonly soon: ByState;
  readonly risk: number;
  readonly confidence: number;
  readonly unheard: boolean;
  readonly trouble: number;
};

/** The belief as of now, with what is seen of calls under way, and moved forward over the time that the call waits.
 *  @param waitMs  until its first token, as foreseen. */
export function outlookOf(
  belief: Belief | undefined,
  known: DeploymentHealth | undefined,
  waitMs: number,
  now: number,
): Outlook {
  const believed = belief ?? unknownBelief(now);
  const seen = withWaiting(chancesAt(believed, now), believed, known, now);
  const pressed = withPressure(seen, known === undefined ? undefined : windowPressure(known, now));
  const soon = forward(pressed, Math.min(LONGEST_AHEAD_MS, Math.max(0, waitMs)));
  const risks = riskOf(failingShare(believed, now));
  return {
    now: pressed,
    soon,
    risk: expectation(soon, risks),
    confidence: expectation(soon, wellOf(risks)),
    unheard: isUnheard(believed, known, now),
    trouble: pressed[3] + pressed[4],
  };
}

function isUnheard({ at }: Belief, known: DeploymentHealth | undefined, now: number): boolean {
  if (known === undefined) return true;
  if (breakerState(known.breaker, known.flights, now) === 'half-open') return true;
  return now - at >= LOOK_AFTER_MS && waiting(known) === 0;
}

const LONGEST_AHEAD_MS = 60_000;

/** The call under way that is overdue the most tells of a hang or a stall before it ends. The others wait for the same
 *  thing, so they add little: nothing. */
function withWaiting(chances: ByState, belief: Belief, known: DeploymentHealth | undefined, now: number): ByState {
  if (known === undefined) return chances;
  let most: ByState | undefined;
  let longest = 1;
  for (const { firstTokenAt, at, ahead, freshTokens } of known.flights) {
    if (firstTokenAt !== undefined) continue;
    const usual = usualFirstToken(belief, ahead + freshTokens);
    const times = (now - at) / Math.max(1, usual ?? UNKNOWN_MS);
    if (times <= longest) continue;
    longest = times;
    most = stillWaiting(now - at, usual, failingShare(belief, now));
  }
  return most === undefined ? chances : after(chances, most);
}

const UNKNOWN_MS = 4_000;

/** As a token window fills up, refusals come near. */
function withPressure(chances: ByState, pressure: number | undefined): ByState {
  if (pressure === undefined || pressure <= PRESSURE) return chances;
  const moves = (MOST_PRESSED * (pressure - PRESSURE)) / (1 - PRESSURE);
  const [a, b, c, d, e] = chances;
  const stays = 1 - moves;
  return normalised([a * stays, b * stays, c * stays, d * stays, e + moves * (a + b + c + d)]);
}

const MOST_PRESSED = 0.5;

/** How likely a call fails, or is turned away, which counts for less, in each state. */
function riskOf(failing: number): ByState {
  const [a, b, c, , e] = RISK;
  return [a, b, c, 1 - (1 - failing) * (1 - REFUSALS.failing * REFUSAL_COST), e];
}

/** How well a call goes in each state: it must be answered, and in good time. */
function wellOf([a, b, c, d, e]: ByState): ByState {
  const [f, g, h, i, j] = ANSWERED_WELL;
  return [(1 - a) * f, (1 - b) * g, (1 - c) * h, (1 - d) * i, (1 - e) * j];
}

const ANSWERED_WELL = byState((state) => GOES_WELL[state]);
const RISK = byState((state) => 1 - (1 - ERRORS[state]) * (1 - REFUSALS[state] * REFUSAL_COST));

/** What `risk` expects of the call, with its errors as the states have them, one step ahead. */
export function expectedIn(outlook: Outlook, expected: Terms): Terms {
  return { ...expected, errors: outlook.risk };
}
