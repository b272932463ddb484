import type { RouteQuery } from '../ir/query.ts';
import type { Model } from '../providers/provider.ts';
import { limitOf } from './dispatch/hard-limits.ts';
import { expectedCost, expectedTokens, inputTokens } from './expected-cost.ts';
import type { RouteView } from './plan.ts';
import type { Reason, RuleId } from './reason.ts';

/** What shuts a target of a route out, whatever the strategy.
 *  @property firm      never tried, not even where no other is left, nor when it is asked for by name.
 *  @property excludes  why, as a sentence; undefined where the target may be tried. */
export type Rule = {
  readonly id: RuleId;
  readonly firm: boolean;
  readonly excludes: (model: Model, query: RouteQuery, view: RouteView) => string | undefined;
};

const fence: Rule = { id: 'fence', firm: true, excludes: (model, _query, view) => view.fence(model) };

/** A limit of cost is firm, estimate or not: what a call may cost at most was promised to whoever pays. */
const budget: Rule = {
  id: 'budget',
  firm: true,
  excludes: (model, query, view) => view.afford?.(query, model, expectedCost(query, model, view)),
};

/** An estimate shuts out no model whose window nobody knows, and none for good: where it leaves no target, all are tried. */
const contextWindow: Rule = {
  id: 'context-window',
  firm: false,
  excludes: (model, query, view) => {
    const { contextWindow: window } = model.facts;
    if (window === undefined) return undefined;
    const { input, output } = expectedTokens(query, model, view);
    if (input + output <= window) return undefined;
    return `About ${input} tokens and a reply do not fit its window of ${window}.`;
  },
};

/** @param pool  all that the slug stands for. */
function hardLimit(pool: readonly Model[]): Rule {
  return {
    id: 'hard-limit',
    firm: false,
    excludes: (model, query, view) => {
      const limit = limitOf(model, inputTokens(query), pool, view);
      return limit === undefined ? undefined : `"${model.slug}" is left alone for now: ${limit.text}.`;
    },
  };
}

export const FIRM_RULES: readonly Rule[] = [fence, budget];

/** All rules for the choice among a route's models.
 *  @param pool  those that no firm rule shuts out. */
export function rulesFor(pool: readonly Model[]): readonly Rule[] {
  return [...FIRM_RULES, contextWindow, hardLimit(pool)];
}

/** The first of the rules that shuts the model out. */
export function shutOut(
  model: Model,
  rules: readonly Rule[],
  query: RouteQuery,
  view: RouteView,
): (Reason & { readonly rule: RuleId }) | undefined {
  for (const rule of rules) {
    const text = rule.excludes(model, query, view);
    if (text !== undefined) return { slug: model.slug, rule: rule.id, text };
  }
  return undefined;
}
