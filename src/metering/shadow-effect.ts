import type { AdaptiveDecision } from '../routing/adaptive/decision.ts';
import { bootstrap, type Estimate } from '../statistics/bootstrap.ts';
import type { Random } from '../statistics/random.ts';
import type { LedgerEntry } from './ledger.ts';

/** What the adaptive router would have changed, as docs/adaptive.md describes the estimate.
 *  @property decisions   requests that it was asked about. @property wouldSwitch, applied, costGuardBlocked  of these.
 *  @property followed    had it been followed always, against what was drawn: by weighing what was drawn.
 *  @property canary      sessions that follow against those that do not; absent while there are no such sessions. */
export type ShadowEffect = {
  readonly decisions: number;
  readonly wouldSwitch: number;
  readonly applied: number;
  readonly costGuardBlocked: number;
  readonly followed: Effect;
  readonly canary?: Effect;
};

/** @property enough  false: there is too little to say anything, and `why` says of what. */
export type Effect =
  | { readonly enough: false; readonly why: string }
  | {
      readonly enough: true;
      readonly ttftMs: Estimate;
      readonly errors: Estimate;
      readonly costNanoUsd: Estimate;
      readonly requests: number;
      readonly sessions: number;
    };

type Decided = LedgerEntry & { readonly adaptive: AdaptiveDecision };

/** @param random  of the bootstrap, which resamples sessions. */
export function shadowEffect(entries: readonly LedgerEntry[], random: Random): ShadowEffect {
  const decided = entries.filter(isDecided);
  const count = (of: (decision: AdaptiveDecision) => boolean): number =>
    decided.filter(({ adaptive }) => of(adaptive)).length;
  const canary = decided.filter(({ adaptive }) => adaptive.arm === 'canary');
  return {
    decisions: decided.length,
    wouldSwitch: count(({ wouldSwitch }) => wouldSwitch),
    applied: count(({ applied }) => applied),
    costGuardBlocked: count(({ costGuardBlocked }) => costGuardBlocked),
    followed: ifFollowed(
      decided.filter(({ adaptive }) => adaptive.arm !== 'canary'),
      random,
    ),
    ...(canary.length === 0
      ? {}
      : {
          canary: apart(
            canary,
            decided.filter(({ adaptive }) => adaptive.arm === 'control'),
            random,
          ),
        }),
  };
}

function isDecided(entry: LedgerEntry): entry is Decided {
  return entry.adaptive !== undefined && entry.outcome !== 'cancelled' && entry.outcome !== 'refused';
}

const FEWEST_SWITCHES = 20;
const FEWEST_SESSIONS = 20;
/** Requests that the weighed ones are worth: (sum of weights)^2 / sum of squares. */
const FEWEST_EFFECTIVE = 50;
/** Where what it suggests is hardly ever drawn, the weights sum to less than the requests. */
const LEAST_COVERED = 0.8;
/** A weight above this is cut: one request must not stand for so many. */
const MOST_WEIGHT = 20;

/** Self-normalised inverse propensity weighing: a request whose draw the suggestions would have made likelier counts for
 *  more, by how much likelier; one that they would have moved elsewhere for less. */
function ifFollowed(decided: readonly Decided[], random: Random): Effect {
  const switches = decided.filter(({ adaptive }) => adaptive.wouldSwitch).length;
  if (switches < FEWEST_SWITCHES) {
    return few(`it would have switched ${switches} times, and ${FEWEST_SWITCHES} are the least that tell anything`);
  }
  const weighed = decided.map((entry) => ({ entry, weight: weightOf(entry.adaptive) }));
  const sum = weighed.reduce((total, { weight }) => total + weight, 0);
  const squares = weighed.reduce((total, { weight }) => total + weight * weight, 0);
  const effective = squares === 0 ? 0 : (sum * sum) / squares;
  if (sum < LEAST_COVERED * decided.length) {
    return few('what it suggests was hardly ever drawn, so nothing is known of how that would have gone');
  }
  if (effective < FEWEST_EFFECTIVE) {
    return few(`the requests are worth ${Math.round(effective)} of those it would have chosen, of ${FEWEST_EFFECTIVE}`);
  }
  const units = bySession(weighed);
  if (units.length < FEWEST_SESSIONS) return few(`${units.length} sessions, of ${FEWEST_SESSIONS} at the least`);
  return {
    enough: true,
    requests: decided.length,
    sessions: units.length,
    ...estimates((measure) => {
      const sums = units.map((unit) => sumsOf(unit, measure));
      return bootstrap(sums.length, (indexes) => difference(sums, indexes, indexes, true), { random });
    }),
  };
}

/** Sessions were put into the arms by a hash of their name: the difference of the means is the effect. */
function apart(canary: readonly Decided[], control: readonly Decided[], random: Random): Effect {
  const ones = bySession(canary.map((entry) => ({ entry, weight: 1 })));
  const others = bySession(control.map((entry) => ({ entry, weight: 1 })));
  const fewest = Math.min(ones.length, others.length);
  if (fewest < FEWEST_SESSIONS) return few(`${fewest} sessions in the smaller arm, of ${FEWEST_SESSIONS} at the least`);
  return {
    enough: true,
    requests: canary.length + control.length,
    sessions: ones.length + others.length,
    ...estimates((measure) => {
      const sums = [...ones, ...others].map((unit) => sumsOf(unit, measure));
      const all = ones.length + others.length;
      return bootstrap(
        all,
        (indexes) =>
          difference(
            sums,
            indexes.filter((index) => index < ones.length),
            indexes.filter((index) => index >= ones.length),
            false,
          ),
        { random },
      );
    }),
  };
}

type Weighed = { readonly entry: Decided; readonly weight: number };
type Measure = (entry: Decided) => number | undefined;
type Sums = { readonly weighed: number; readonly weights: number; readonly plain: number; readonly count: number };

function weightOf({ chance, following }: AdaptiveDecision): number {
  return chance <= 0 ? 0 : Math.min(MOST_WEIGHT, following / chance);
}

function bySession(weighed: readonly Weighed[]): readonly (readonly Weighed[])[] {
  const units = new Map<string, Weighed[]>();
  for (const one of weighed) {
    const unit = one.entry.sessionId ?? one.entry.requestId;
    const known = units.get(unit);
    if (known === undefined) units.set(unit, [one]);
    else known.push(one);
  }
  return [...units.values()];
}

function sumsOf(unit: readonly Weighed[], measure: Measure): Sums {
  let [weighed, weights, plain, count] = [0, 0, 0, 0];
  for (const { entry, weight } of unit) {
    const value = measure(entry);
    if (value === undefined) continue;
    weighed += weight * value;
    weights += weight;
    plain += value;
    count += 1;
  }
  return { weighed, weights, plain, count };
}

/** Mean of the ones less mean of the others. @param reweighed  the ones' mean is the weighed one. */
function difference(
  sums: readonly Sums[],
  oneIndexes: Uint32Array,
  otherIndexes: Uint32Array,
  reweighed: boolean,
): number {
  let [top, bottom] = [0, 0];
  for (const index of oneIndexes) {
    const one = sums[index];
    top += (reweighed ? one?.weighed : one?.plain) ?? 0;
    bottom += (reweighed ? one?.weights : one?.count) ?? 0;
  }
  let [sum, count] = [0, 0];
  for (const index of otherIndexes) {
    sum += sums[index]?.plain ?? 0;
    count += sums[index]?.count ?? 0;
  }
  return bottom === 0 || count === 0 ? 0 : top / bottom - sum / count;
}

function estimates(of: (measure: Measure) => Estimate): {
  readonly ttftMs: Estimate;
  readonly errors: Estimate;
  readonly costNanoUsd: Estimate;
} {
  return {
    ttftMs: of(({ firstTokenMs }) => firstTokenMs),
    errors: of(({ outcome }) => (outcome === 'failed' ? 1 : 0)),
    costNanoUsd: of(({ costNanoUsd }) => costNanoUsd),
  };
}

function few(why: string): Effect {
  return { enough: false, why };
}
