import { isNonEmpty, type NonEmpty } from '../../ir/non-empty.ts';
import type { RouteQuery } from '../../ir/query.ts';
import type { Model } from '../../providers/provider.ts';
import { type Weighed as Candidate, consider } from '../adaptive/consider.ts';
import type { AdaptiveDecision } from '../adaptive/decision.ts';
import { chancesOf, drawn } from '../dispatch/choice.ts';
import { atCapacity } from '../dispatch/hard-limits.ts';
import { type Scored, scoresOf } from '../dispatch/score.ts';
import type { Branch, Ordered, Router, RouteView } from '../plan.ts';
import type { Reason } from '../reason.ts';

/** By what this call risks at each: cost, waiting, errors (`dispatch/score.ts`). The first is drawn, the better ones more
 *  often (`dispatch.temperature`), so that no deployment is run over by all and none is forgotten; the others follow by
 *  score. Those whose places are all taken come last. */
export const risk: Router<'risk'> = (_route, branches, query, view) => byRisk(branches, query, view, false);

/** @param follows  the route follows the adaptive router where that is on and allowed to; else it is only asked, so that
 *                  the ledger can tell what following it would have changed. */
export function byRisk(branches: NonEmpty<Branch>, query: RouteQuery, view: RouteView, follows: boolean): Ordered {
  const weighed = weigh(branches, query, view);
  const free = weighed.filter(({ full }) => full === undefined);
  const candidates = free.length > 0 ? free : weighed;
  const first =
    candidates[
      drawn(
        candidates.map(({ chance }) => chance),
        view.draw,
      )
    ];
  const byScore = weighed.toSorted((one, other) => rank(one) - rank(other));
  const ordered = [...byScore.filter((one) => one === first), ...byScore.filter((one) => one !== first)];
  const why = ordered.map(reasonOf);
  const { adaptive } = view;
  if (adaptive?.enabled !== true || first === undefined) return { branches: placed(ordered, branches), why };
  const { decision, order } = consider(
    weighed.map(asCandidate),
    weighed.indexOf(first),
    follows,
    query,
    view,
    adaptive,
  );
  const followed = decision.arm === 'canary' ? order.flatMap((index) => weighed[index] ?? []) : ordered;
  const told = decision.wouldSwitch ? [adaptiveReason(decision), ...why] : why;
  return { branches: placed(followed, branches), why: told, adaptive: decision };
}

function placed(ordered: readonly Weighed[], branches: NonEmpty<Branch>): NonEmpty<Branch> {
  const all = ordered.map(({ branch }) => branch);
  return isNonEmpty(all) ? all : branches;
}

function asCandidate({ branch, expected, reload, chance, full }: Weighed): Candidate {
  return { model: branch.models[0], expected, reload, chance, full: full !== undefined };
}

function adaptiveReason({ baseline, suggested, applied, health }: AdaptiveDecision): Reason {
  const state = (slug: string): string => `"${slug}" (${health[slug] ?? 'unknown'})`;
  const text = applied
    ? `The adaptive router prefers this to ${state(baseline.slug)}, which the draw chose: it seems ${health[suggested.slug]}.`
    : `The adaptive router would prefer this, which seems ${health[suggested.slug]}, to ${state(baseline.slug)}; it is not followed.`;
  return { slug: suggested.slug, text };
}

/** @property full  why it has no place for another call. @property chance  to be the first. */
type Weighed = Scored & { readonly branch: Branch; readonly full?: string; readonly chance: number };

function weigh(branches: NonEmpty<Branch>, query: RouteQuery, view: RouteView): readonly Weighed[] {
  const [head, ...tail] = branches;
  const models: NonEmpty<Model> = [head.models[0], ...tail.map((branch) => branch.models[0])];
  const scores = scoresOf(models, query, view);
  const full = models.map((model) => atCapacity(model, view.health)?.text);
  const free = full.some((text) => text === undefined);
  const chances = chancesOf(
    scores.map(({ score }, index) => (free && full[index] !== undefined ? Number.POSITIVE_INFINITY : score)),
    view.dispatch.temperature,
  );
  return branches.map((branch, index) => {
    const text = full[index];
    const [first] = scores;
    return {
      ...(scores[index] ?? first),
      branch,
      chance: chances[index] ?? 0,
      ...(text === undefined ? {} : { full: text }),
    };
  });
}

const FULL = 1_000_000;

function rank({ score, full }: Weighed): number {
  return full === undefined ? score : score + FULL;
}

function reasonOf({ branch, score, chance, expected, terms, reload, full }: Weighed): Reason {
  const parts = [
    `first token in ${Math.round(expected.ttft)} ms (${shown(terms.ttft)})`,
    `reply in ${Math.round(expected.latency)} ms (${shown(terms.latency)})`,
    `${Math.round(expected.tokensPerSecond)} tokens/s (${shown(terms.tokensPerSecond)})`,
    `$${(expected.cost / 1e9).toPrecision(3)} (${shown(terms.cost)})`,
    `${(expected.errors * 100).toFixed(1)}% errors (${shown(terms.errors)})`,
    `${Math.round(expected.tokenPressure * 100)}% of its token window (${shown(terms.tokenPressure)})`,
    `${expected.queue.toFixed(1)} waiting (${shown(terms.queue)})`,
    ...(reload > 0 ? [`the session's cache lies elsewhere (${shown(reload)})`] : []),
  ];
  return {
    slug: branch.slug,
    text: `Expected: ${parts.join(', ')}; less is better.${full === undefined ? '' : ` Last, since ${full}.`}`,
    score: Number(score.toPrecision(4)),
    chance: Number(chance.toFixed(4)),
  };
}

function shown(term: number): string {
  return `+${term.toFixed(2)}`;
}
