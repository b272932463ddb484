import { clampEffort, type EffortDialect } from '../ir/dialect.ts';
import type { JsonObject } from '../ir/json.ts';
import type { Loss, Translated } from '../ir/loss.ts';
import { unreachable } from '../ir/non-empty.ts';
import type { ReasoningOptions } from '../ir/request.ts';
import { setMember } from './apply-fields.ts';

/** Tokens of thinking up to which a budget counts as this effort, for providers that take words only. */
const BUDGET_WORDS: readonly (readonly [number, string])[] = [
  [0, 'none'],
  [2_048, 'low'],
  [8_192, 'medium'],
  [24_576, 'high'],
];

/** How hard the model is to think, set on `body` in the provider's words. A request that says nothing of it changes
 *  nothing; a level that the provider does not know becomes the nearest one, with a Loss that says so. */
export function applyEffort(
  body: JsonObject,
  dialect: EffortDialect,
  reasoning: ReasoningOptions,
): Translated<JsonObject> {
  const wanted = reasoning.effort ?? wordForBudget(reasoning.budgetTokens);
  if (wanted === undefined) return { value: body, losses: [] };
  switch (dialect.kind) {
    case 'none':
      return { value: body, losses: [{ path: 'reasoning.effort', why: 'The provider takes no effort.' }] };
    case 'field': {
      const { level, losses } = clamped(wanted, dialect.levels);
      return { value: level === undefined ? body : setMember(body, dialect.path, level), losses };
    }
    case 'switch': {
      const switched = setMember(body, dialect.path, wanted === 'none' ? dialect.off : dialect.on);
      if (wanted === 'none' || dialect.level === undefined) return { value: switched, losses: [] };
      const { level, losses } = clamped(wanted, dialect.level.levels);
      return { value: level === undefined ? switched : setMember(switched, dialect.level.path, level), losses };
    }
    case 'budget': {
      if (wanted === 'none') return { value: setMember(body, ['thinking'], { type: 'disabled' }), losses: [] };
      if (reasoning.budgetTokens !== undefined) return { value: withBudget(body, reasoning.budgetTokens), losses: [] };
      const { level, losses } = clamped(wanted, Object.keys(dialect.budgets));
      const tokens = level === undefined ? undefined : dialect.budgets[level];
      return { value: tokens === undefined ? body : withBudget(body, tokens), losses };
    }
    case 'adaptive': {
      if (wanted === 'none') return { value: setMember(body, ['thinking'], { type: 'disabled' }), losses: [] };
      const thinking = setMember(body, ['thinking'], { type: 'adaptive' });
      const { level, losses } = clamped(wanted, dialect.levels);
      return {
        value: level === undefined ? thinking : setMember(thinking, ['output_config', 'effort'], level),
        losses,
      };
    }
    default:
      return unreachable(dialect);
  }
}

function withBudget(body: JsonObject, tokens: number): JsonObject {
  return setMember(body, ['thinking'], { type: 'enabled', budget_tokens: tokens });
}

function wordForBudget(tokens: number | undefined): string | undefined {
  if (tokens === undefined) return undefined;
  return BUDGET_WORDS.find(([limit]) => tokens <= limit)?.[1] ?? 'xhigh';
}

function clamped(wanted: string, levels: readonly string[]): { level: string | undefined; losses: readonly Loss[] } {
  const level = clampEffort(wanted, levels);
  if (level === wanted) return { level, losses: [] };
  const sent = level === undefined ? 'none was sent' : `"${level}" was sent`;
  return { level, losses: [{ path: 'reasoning.effort', why: `The provider does not take "${wanted}"; ${sent}.` }] };
}
