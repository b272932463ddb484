import type { RouteQuery } from '../../ir/query.ts';
import type { Model } from '../../providers/provider.ts';
import { keyOf } from '../dispatch/hard-limits.ts';
import { scored, type Terms } from '../dispatch/score.ts';
import { expectedCost } from '../expected-cost.ts';
import type { RouteView } from '../plan.ts';
import { stableFraction } from '../stable-hash.ts';
import { NO_BELIEFS } from './belief.ts';
import { type Candidate, followed, permitted, suggest } from './decide.ts';
import type { AdaptiveDecision, Arm, Choice } from './decision.ts';
import { expectedIn, type Outlook, outlookOf } from './outlook.ts';
import type { AdaptiveSettings } from './settings.ts';
import { likeliest, type State } from './state.ts';

/** A candidate as `risk` weighed it.
 *  @property reload  what it counts for the lack of the session's cache.
 *  @property chance  to be the first. @property full  it has no place now. */
export type Weighed = {
  readonly model: Model;
  readonly expected: Terms;
  readonly reload: number;
  readonly chance: number;
  readonly full: boolean;
};

/** @property order  indexes of the candidates, best first, in the order in which they are to be tried if it is followed:
 *                   those that the cost guard would not let pass come last. */
export type Considered = { readonly decision: AdaptiveDecision; readonly order: readonly number[] };

/** What the adaptive router makes of a choice of `risk`. Pure.
 *  @param baseline  index of the candidate that `risk` drew. @param mayApply  the route follows it, in its arm. */
export function consider(
  weighed: readonly Weighed[],
  baseline: number,
  mayApply: boolean,
  query: RouteQuery,
  view: RouteView,
  settings: AdaptiveSettings,
): Considered {
  const { beliefs = NO_BELIEFS, health, now, dispatch } = view;
  const outlooks = weighed.map(({ model, expected }) => {
    const key = keyOf(model);
    return outlookOf(beliefs.get(key), health.get(key), expected.ttft, now);
  });
  const expected = weighed.map((one, index) => {
    const outlook = outlooks[index];
    return outlook === undefined ? one.expected : expectedIn(outlook, one.expected);
  });
  const free = weighed.some(({ full }) => !full);
  const scores = scored(
    expected,
    weighed.map(({ reload }) => reload),
    dispatch.weights,
  ).map(({ score }, index) => (free && weighed[index]?.full === true ? Number.POSITIVE_INFINITY : score));
  const candidates = weighed.map(
    ({ model }, index): Candidate => ({
      score: scores[index] ?? 0,
      confidence: outlooks[index]?.confidence ?? 0,
      trouble: outlooks[index]?.trouble ?? 0,
      unheard: outlooks[index]?.unheard ?? false,
      costNanoUsd: expectedCost(query, model, view).nanoUsd,
    }),
  );
  const byScore = candidates.map((_, index) => index).sort((one, other) => (scores[one] ?? 0) - (scores[other] ?? 0));
  const { suggested, costGuardBlocked } = suggest(candidates, byScore, baseline, settings);
  const arm = mayApply ? armOf(query, view, settings) : 'shadow';
  const wouldSwitch = suggested !== baseline;
  const chances = weighed.map(({ chance }) => chance);
  const choice = (index: number): Choice => choiceOf(weighed[index], expected[index], candidates[index]);
  const decision: AdaptiveDecision = {
    baseline: choice(baseline),
    suggested: choice(suggested),
    wouldSwitch,
    applied: wouldSwitch && arm === 'canary',
    costGuardBlocked,
    arm,
    health: statesOf(weighed, outlooks),
    chance: rounded(chances[baseline] ?? 0),
    following: rounded(followed(candidates, byScore, chances, settings)[baseline] ?? 0),
  };
  return { decision, order: orderOf(candidates, byScore, suggested, baseline, settings) };
}

/** The same for all calls of a session: a session that follows today follows tomorrow. */
function armOf({ sessionId }: RouteQuery, { draw }: RouteView, { shadowMode, canary }: AdaptiveSettings): Arm {
  if (shadowMode) return 'shadow';
  return stableFraction(sessionId ?? String(draw)) < canary ? 'canary' : 'control';
}

function orderOf(
  candidates: readonly Candidate[],
  byScore: readonly number[],
  suggested: number,
  baseline: number,
  settings: AdaptiveSettings,
): readonly number[] {
  const from = candidates[baseline];
  const others = byScore.filter((index) => index !== suggested);
  const passes = (index: number): boolean => {
    const to = candidates[index];
    return index === baseline || (from !== undefined && to !== undefined && permitted(to, from, settings));
  };
  return [suggested, ...others.filter(passes), ...others.filter((index) => !passes(index))];
}

function choiceOf(weighed: Weighed | undefined, expected: Terms | undefined, candidate: Candidate | undefined): Choice {
  const cost = candidate?.costNanoUsd;
  return {
    provider: weighed?.model.provider.id ?? '',
    slug: weighed?.model.slug ?? '',
    ttftMs: Math.round(expected?.ttft ?? 0),
    errors: rounded(expected?.errors ?? 0),
    ...(cost === undefined ? {} : { costNanoUsd: Math.round(cost) }),
  };
}

function statesOf(weighed: readonly Weighed[], outlooks: readonly Outlook[]): { readonly [slug: string]: State } {
  return Object.fromEntries(
    weighed.map(({ model }, index) => [model.slug, likeliest(outlooks[index]?.now ?? [1, 0, 0, 0, 0])]),
  );
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
