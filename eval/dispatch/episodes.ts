import type { Random } from '../../src/statistics/random.ts';
import { between, exponential } from './noise.ts';

/** A time in which a deployment is in trouble. Times are ms from the start of the run.
 *  - `slow`: all takes `severity` times as long;
 *  - `failing`: this share of its attempts fails, most at once, some in the middle of the reply;
 *  - `dead`: replies under way break; new ones are refused, or hang until the gateway's connect timeout (`severity` 1);
 *  - `throttled`: it takes this share of what it can serve and answers the rest with 429; `retryAfterMs` is what it says,
 *    if it says so. */
export type Episode = {
  readonly deployment: number;
  readonly kind: EpisodeKind;
  readonly from: number;
  readonly until: number;
  readonly severity: number;
  readonly retryAfterMs?: number;
};

export type EpisodeKind = 'slow' | 'failing' | 'dead' | 'throttled';

const KINDS: readonly EpisodeKind[] = ['slow', 'failing', 'dead', 'throttled'];

/** @property quietMs  mean time between two episodes of a deployment. @property troubleMs  mean length of one.
 *  @property atOnce   so many deployments are in trouble at once at the most: with more there is less left than the load
 *                     asks for, and all policies are alike. */
export type Regime = {
  readonly quietMs: number;
  readonly troubleMs: number;
  readonly atOnce: number;
  readonly kinds?: readonly EpisodeKind[];
};

export const USUAL_REGIME: Regime = { quietMs: 20 * 60_000, troubleMs: 90_000, atOnce: 2 };

/** In the order of their beginning, each deployment in one at a time. */
export function episodesOf(deployments: number, spanMs: number, regime: Regime, random: Random): readonly Episode[] {
  const all: Episode[] = [];
  const kinds = regime.kinds ?? KINDS;
  for (let deployment = 0; deployment < deployments; deployment += 1) {
    for (let from = exponential(random, regime.quietMs); from < spanMs; ) {
      const until = from + between(random, 0.5, 1.5) * regime.troubleMs;
      const kind = kinds[Math.floor(random() * kinds.length)] ?? 'slow';
      all.push({ deployment, kind, from, until, ...DRAWN[kind](random) });
      from = until + exponential(random, regime.quietMs);
    }
  }
  const kept: Episode[] = [];
  for (const episode of all.toSorted((one, other) => one.from - other.from)) {
    if (kept.filter(({ until }) => until > episode.from).length < regime.atOnce) kept.push(episode);
  }
  return kept;
}

const DRAWN: Readonly<Record<EpisodeKind, (random: Random) => Pick<Episode, 'severity' | 'retryAfterMs'>>> = {
  slow: (random) => ({ severity: between(random, 3, 10) }),
  failing: (random) => ({ severity: between(random, 0.3, 1) }),
  dead: (random) => ({ severity: random() < 0.5 ? 1 : 0 }),
  throttled: (random) => ({
    severity: between(random, 0.1, 0.3),
    ...(random() < 0.75 ? { retryAfterMs: Math.round(between(random, 5_000, 30_000)) } : {}),
  }),
};

/** Answers what state a deployment is in. Asked with times that do not go back by much: a scan from the last answer. */
export class Timeline {
  readonly #byDeployment: readonly (readonly Episode[])[];

  constructor(deployments: number, episodes: readonly Episode[]) {
    this.#byDeployment = Array.from({ length: deployments }, (_, index) =>
      episodes.filter(({ deployment }) => deployment === index),
    );
  }

  at(deployment: number, time: number): Episode | undefined {
    for (const episode of this.#byDeployment[deployment] ?? []) {
      if (episode.from > time) return undefined;
      if (time < episode.until) return episode;
    }
    return undefined;
  }

  /** When it next dies after this time. */
  nextDeath(deployment: number, after: number): number {
    for (const episode of this.#byDeployment[deployment] ?? []) {
      if (episode.from > after && episode.kind === 'dead') return episode.from;
    }
    return Number.POSITIVE_INFINITY;
  }
}
