import { append } from '../../ir/append.ts';
import { clampEffort, type Dialect } from '../../ir/dialect.ts';
import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { ReasoningOptions } from '../../ir/request.ts';
import { applyEffort } from '../effort.ts';

/** How the model is to think, as the member `thinkingConfig` of `generationConfig`: a level for Gemini 3, a budget in
 *  tokens for 2.5, where 0 is off. Its thoughts are always asked for: without them an agent shows nothing for minutes.
 *  @see https://ai.google.dev/gemini-api/docs/thinking */
export function encodeThinking(
  reasoning: ReasoningOptions,
  { effort }: Pick<Dialect, 'effort'>,
  losses: Loss[],
): JsonObject | undefined {
  if (effort.kind === 'budget') {
    const thinkingBudget = budgetFor(reasoning, effort.budgets, losses);
    return thinkingBudget === undefined ? SHOWN : { ...(thinkingBudget === 0 ? {} : SHOWN), thinkingBudget };
  }
  const applied = applyEffort({}, effort, reasoning);
  append(losses, applied.losses);
  if (effort.kind === 'none') return undefined;
  const config = applied.value['generationConfig'];
  const thinking = isJsonObject(config) ? config['thinkingConfig'] : undefined;
  return { ...SHOWN, ...(isJsonObject(thinking) ? thinking : {}) };
}

const SHOWN: JsonObject = { includeThoughts: true };

function budgetFor(
  { effort, budgetTokens }: ReasoningOptions,
  budgets: { readonly [level: string]: number },
  losses: Loss[],
): number | undefined {
  if (budgetTokens !== undefined && budgetTokens > 0) return budgetTokens;
  const wanted = budgetTokens === 0 ? 'none' : effort;
  if (wanted === undefined) return undefined;
  const level = clampEffort(wanted, Object.keys(budgets));
  if (level !== wanted) {
    const sent = level === undefined ? 'none was sent' : `"${level}" was sent`;
    losses.push({ path: 'reasoning.effort', why: `The provider does not take "${wanted}"; ${sent}.` });
  }
  return level === undefined ? undefined : budgets[level];
}
