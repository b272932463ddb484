import type { State } from '../../src/routing/adaptive/state.ts';
import type { Random } from '../../src/statistics/random.ts';
import type { Episode } from '../dispatch/episodes.ts';
import { between, exponential } from '../dispatch/noise.ts';

/** One stretch of trouble as it truly is. A trouble has several in a row: it builds up, or warms up after it. */
type Phase = Episode & { readonly state: State };

/** A kind of trouble. @property atOnce  deployments that it hits together.
 *  @property phases  from this time on, for one deployment. @returns ms of the end by its last phase. */
type Kind = {
  readonly atOnce: number;
  readonly phases: (deployment: number, from: number, random: Random) => readonly Phase[];
};

/** Each slow-down steps up or down this often, in ms: slopes are stairs. */
const STEP_MS = 4_000;
/** From so many times slower on, a deployment is called overloaded. */
const OVERLOADED_FROM = 2;

const KINDS = {
  /** The family that the parameters were adjusted on, with `restart`: what the risk policy was tuned on, too. */
  slow: one((deployment, from, random) => [
    phase(deployment, 'slow', 'overloaded', from, length(random, 90_000), between(random, 3, 10)),
  ]),
  failing: one((deployment, from, random) => [
    phase(deployment, 'failing', 'failing', from, length(random, 90_000), between(random, 0.3, 1)),
  ]),
  dead: one((deployment, from, random) => [
    phase(deployment, 'dead', 'failing', from, length(random, 90_000), random() < 0.5 ? 1 : 0),
  ]),
  throttled: one((deployment, from, random) => [
    {
      ...phase(deployment, 'throttled', 'cooldown', from, length(random, 90_000), between(random, 0.1, 0.3)),
      retryAfterMs: Math.round(between(random, 5_000, 30_000)),
    },
  ]),
  restart: one((deployment, from, random) => {
    const dead = phase(deployment, 'dead', 'failing', from, length(random, 30_000), 0);
    const warm = phase(deployment, 'slow', 'warming', dead.until, length(random, 40_000), between(random, 2, 3));
    return [dead, warm];
  }),

  /** It becomes slower and slower over minutes, and all at once is well again: a memory leak that ends in a restart. */
  gradual: one((deployment, from, random) =>
    slope(deployment, from, length(random, 240_000), 1.2, between(random, 6, 15)),
  ),
  /** A part of its calls fails, for minutes. */
  brownOut: one((deployment, from, random) => [
    phase(deployment, 'failing', 'failing', from, length(random, 240_000), between(random, 0.15, 0.5)),
  ]),
  /** Bad and good within seconds, over and over. */
  flapping: one((deployment, from, random) => {
    const phases: Phase[] = [];
    let at = from;
    for (let times = 0; times < 8; times += 1) {
      const bad = phase(deployment, 'failing', 'failing', at, length(random, 12_000), between(random, 0.7, 1));
      phases.push(bad);
      at = bad.until + length(random, 15_000);
    }
    return phases;
  }),
  /** Three go down together: one provider's region. */
  correlated: {
    atOnce: 3,
    phases: (deployment, from, random) => [
      phase(deployment, 'dead', 'failing', from + between(random, 0, 2_000), length(random, 60_000), 1),
    ],
  },
  /** Calls are taken and not answered until it is over. */
  hang: one((deployment, from, random) => [phase(deployment, 'slow', 'overloaded', from, length(random, 25_000), 80)]),
  /** Down, then slow and less so by the minute, its caches cold. */
  warmUp: one((deployment, from, random) => {
    const dead = phase(deployment, 'dead', 'failing', from, length(random, 40_000), random() < 0.5 ? 1 : 0);
    const warm = slope(deployment, dead.until, length(random, 80_000), between(random, 3, 6), 1.2);
    return [dead, ...warm.map((step): Phase => ({ ...step, state: step.severity >= 1.3 ? 'warming' : 'healthy' }))];
  }),
} as const satisfies { readonly [name: string]: Kind };

type KindName = keyof typeof KINDS;

/** @property quietMs  mean time between two troubles of the whole fleet. @property burst  traffic comes in bursts. */
export type Regime = {
  readonly name: string;
  readonly kinds: readonly KindName[];
  readonly quietMs: number;
  readonly burst?: boolean;
};

/** Of this the evaluation reports nothing but how well states are told. */
export const TUNING: Regime = {
  name: 'tuning',
  kinds: ['slow', 'failing', 'dead', 'throttled', 'restart'],
  quietMs: 120_000,
};

export const REPORTED: readonly Regime[] = [
  { name: 'gradual degradation', kinds: ['gradual'], quietMs: 120_000 },
  { name: 'brown-outs', kinds: ['brownOut'], quietMs: 90_000 },
  { name: 'flapping', kinds: ['flapping'], quietMs: 90_000 },
  { name: 'correlated outages', kinds: ['correlated'], quietMs: 120_000 },
  { name: 'silent hangs', kinds: ['hang'], quietMs: 60_000 },
  { name: 'warm-up after restart', kinds: ['warmUp'], quietMs: 90_000 },
  { name: 'bursts with brown-outs', kinds: ['brownOut', 'hang'], quietMs: 120_000, burst: true },
];

/** At most this many deployments are in trouble at once: with more there is less left than the load asks for. */
const AT_ONCE = 2;

/** In the order of their beginning; a deployment is in one at a time. */
export function troublesOf(deployments: number, spanMs: number, regime: Regime, random: Random): readonly Phase[] {
  const all: Phase[] = [];
  const busyUntil = Array.from({ length: deployments }, () => 0);
  for (let from = exponential(random, regime.quietMs); from < spanMs; from += exponential(random, regime.quietMs)) {
    const kind: Kind = KINDS[regime.kinds[Math.floor(random() * regime.kinds.length)] ?? 'slow'];
    const start = Math.floor(random() * deployments);
    for (let hit = 0; hit < kind.atOnce; hit += 1) {
      const deployment = (start + hit) % deployments;
      const phases = kind.phases(deployment, from, random);
      const busy = busyUntil.filter((until) => until > from).length;
      if ((busyUntil[deployment] ?? 0) > from || busy >= Math.max(AT_ONCE, kind.atOnce)) continue;
      all.push(...phases);
      busyUntil[deployment] = phases.at(-1)?.until ?? from;
    }
  }
  return all.sort((a, b) => a.from - b.from);
}

function one(phases: Kind['phases']): Kind {
  return { atOnce: 1, phases };
}

function length(random: Random, mean: number): number {
  return mean * between(random, 0.5, 1.5);
}

function phase(
  deployment: number,
  kind: Episode['kind'],
  state: State,
  from: number,
  forMs: number,
  severity: number,
): Phase {
  return { deployment, kind, state, from, until: from + forMs, severity };
}

function slope(deployment: number, from: number, forMs: number, first: number, last: number): readonly Phase[] {
  const steps = Math.max(2, Math.round(forMs / STEP_MS));
  return Array.from({ length: steps }, (_, step) => {
    const severity = first * (last / first) ** (step / (steps - 1));
    const state = severity >= OVERLOADED_FROM ? 'overloaded' : 'healthy';
    return phase(deployment, 'slow', state, from + step * STEP_MS, STEP_MS, severity);
  });
}
