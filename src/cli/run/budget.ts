import type { Price } from '../../providers/provider.ts';
import { money, tokens } from '../format.ts';

/** What a run may use. @property inputTokens  of the prompt. @property outputTokens  of each reply.
 *  @property costUsd  of the whole run. */
export type RunBudget = {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: number;
};

/** What Codex sends beside the prompt with every request, in tokens: its instructions, its tools and what it says of the
 *  machine. Measured with Codex 0.169.0 in an empty folder. */
export const CODEX_OWN_TOKENS = 7_500;

/** @property promptTokens  counted. @property price  of the model that would serve first. */
export type BudgetFacts = { readonly promptTokens: number; readonly price: Price | undefined; readonly free: boolean };

/** What the first request costs before it is answered, in nano-USD; undefined where the model has no price. */
export function firstInputCost({ promptTokens, price, free }: BudgetFacts): number | undefined {
  if (price !== undefined) return Math.round(price.input * (promptTokens + CODEX_OWN_TOKENS));
  return free ? 0 : undefined;
}

/** What of the budget is broken before anything was spent, in words. */
export function overBudget(budget: RunBudget, facts: BudgetFacts): readonly string[] {
  const words: string[] = [];
  if (budget.inputTokens !== undefined && facts.promptTokens > budget.inputTokens) {
    const counted = `${tokens(facts.promptTokens)} tokens`;
    words.push(`The prompt has ${counted}, more than --max-input-tokens ${budget.inputTokens}. Shorten it.`);
  }
  if (budget.costUsd === undefined) return words;
  const cost = firstInputCost(facts);
  if (cost === undefined) {
    words.push('The model has no known price, so --max-cost cannot be kept. Give its entry in config.yaml a price.');
  } else if (cost > budget.costUsd * 1e9) {
    words.push(`The first request alone would cost about ${money(cost)}, more than --max-cost ${budget.costUsd}.`);
  }
  return words;
}
