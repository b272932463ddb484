import { append } from '../../ir/append.ts';
import type { Dialect } from '../../ir/dialect.ts';
import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import type { Loss } from '../../ir/loss.ts';
import type { ReasoningOptions } from '../../ir/request.ts';
import { applyEffort } from '../effort.ts';
import type { Turn } from './schema.ts';

/** The least that the API takes as a budget, and what is left for the answer at least, in tokens. */
const MIN_TOKENS = 1_024;

/** @property members  `thinking` and `output_config`, where they are to be sent.
 *  @property active   the model may think: sampling is then its own affair. */
export type ThinkingPlan = { readonly members: JsonObject; readonly active: boolean };

/** How the model is to think, in the dialect's words and within the API's rules: a budget leaves room for the answer,
 *  a forced tool choice turns thinking off, and so does a tool loop that was begun without thinking.
 *  @see https://platform.claude.com/docs/en/build-with-claude/extended-thinking
 *  @see https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking */
export function planThinking(
  reasoning: ReasoningOptions,
  { effort }: Pick<Dialect, 'effort'>,
  call: { readonly maxTokens: number; readonly forcedTool: boolean; readonly messages: readonly Turn[] },
  losses: Loss[],
): ThinkingPlan {
  if (effort.kind === 'adaptive') return adaptive(reasoning, effort.levels, call.forcedTool, losses);
  if (call.forcedTool && effort.kind !== 'none') return withoutThinking(reasoning, FORCED, losses);
  const applied = applyEffort({}, effort, reasoning);
  append(losses, applied.losses);
  const thinking = applied.value['thinking'];
  if (!isJsonObject(thinking) || thinking['type'] !== 'enabled')
    return {
      members: applied.value,
      active: effort.kind !== 'none' && Object.keys(applied.value).length > 0 && !isOff(thinking),
    };
  if (call.maxTokens < 2 * MIN_TOKENS)
    return withoutThinking(reasoning, `max_tokens ${call.maxTokens} leaves no room for thinking.`, losses);
  if (beginsWithoutThinking(call.messages))
    return withoutThinking(reasoning, 'The running tool loop began without thinking, so it goes on without.', losses);
  if (typeof thinking['budget_tokens'] !== 'number') return { members: applied.value, active: true };
  const budget = fit(thinking['budget_tokens'], call.maxTokens);
  return { members: { ...applied.value, thinking: { ...thinking, budget_tokens: budget } }, active: true };
}

const FORCED = 'A forced tool choice leaves no room for thinking.';

/** `levels` with `none` among them: thinking can be turned off. Without it the model always thinks. */
function adaptive(
  reasoning: ReasoningOptions,
  levels: readonly string[],
  forcedTool: boolean,
  losses: Loss[],
): ThinkingPlan {
  const canStop = levels.includes('none');
  const words = levels.filter((level) => level !== 'none');
  if (forcedTool && canStop) {
    const plan = withoutThinking(reasoning, FORCED, losses);
    return { ...plan, members: { thinking: { type: 'disabled' } } };
  }
  // Off is the weakest level where thinking cannot be turned off.
  const wanted = reasoning.effort === 'none' && !canStop ? { ...reasoning, effort: 'minimal' } : reasoning;
  const applied = applyEffort({}, { kind: 'adaptive', levels: words }, wanted);
  append(losses, applied.losses);
  const thinking = applied.value['thinking'];
  if (!isJsonObject(thinking)) return { members: applied.value, active: !canStop };
  if (isOff(thinking)) return { members: applied.value, active: false };
  // Newer models leave the text of their thinking out unless it is asked for.
  return { members: { ...applied.value, thinking: { ...thinking, display: 'summarized' } }, active: true };
}

function isOff(thinking: unknown): boolean {
  return isJsonObject(thinking) && thinking['type'] === 'disabled';
}

function withoutThinking(reasoning: ReasoningOptions, why: string, losses: Loss[]): ThinkingPlan {
  const asked = reasoning.budgetTokens !== undefined || (reasoning.effort !== undefined && reasoning.effort !== 'none');
  if (asked) losses.push({ path: 'reasoning.effort', why });
  return { members: {}, active: false };
}

function fit(budget: number, maxTokens: number): number {
  const room = maxTokens - Math.max(MIN_TOKENS, Math.floor(maxTokens / 4));
  return Math.max(MIN_TOKENS, Math.min(Math.floor(budget), room));
}

/** With a budget the API demands that the assistant's turn, which a whole tool loop is, begins with thinking. After a
 *  change of the model in mid-loop there is none that could be given back. */
function beginsWithoutThinking(messages: readonly Turn[]): boolean {
  const last = messages.at(-1);
  if (last === undefined || !holdsResults(last)) return false;
  let first: Turn | undefined;
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const turn = messages[at];
    if (turn === undefined || (turn.role === 'user' && !holdsResults(turn))) break;
    if (turn.role === 'assistant') first = turn;
  }
  const type = first?.content[0]?.type;
  return type !== undefined && type !== 'thinking' && type !== 'redacted_thinking';
}

function holdsResults(turn: Turn): boolean {
  return turn.role === 'user' && turn.content[0]?.type === 'tool_result';
}
