import { money, tokens } from '../format.ts';

/** What a run may use. @property inputTokens  of the prompt. @property outputTokens  of each reply.
 *  @property costUsd  of the whole run. */
export type RunBudget = {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: number;
};

/** @property promptTokens  counted. @property costNanoUsd   expected of the first request; absent: unpriced. */
export type BudgetFacts = { readonly promptTokens: number; readonly costNanoUsd: number | undefined };

/** What of the budget is broken before anything was spent, in words. */
export function overBudget(budget: RunBudget, facts: BudgetFacts): readonly string[] {
  const words: string[] = [];
  if (budget.inputTokens !== undefined && facts.promptTokens > budget.inputTokens) {
    const counted = `${tokens(facts.promptTokens)} tokens`;
    words.push(`The prompt has ${counted}, more than --max-input-tokens ${budget.inputTokens}. Shorten it.`);
  }
  if (budget.costUsd === undefined) return words;
  const cost = facts.costNanoUsd;
  if (cost === undefined) {
    words.push('The model has no known price, so --max-cost cannot be kept. Give its entry in config.yaml a price.');
  } else if (cost > budget.costUsd * 1e9) {
    words.push(`The first request alone would cost about ${money(cost)}, more than --max-cost ${budget.costUsd}.`);
  }
  return words;
}
