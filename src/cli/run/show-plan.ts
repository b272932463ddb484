import { AROUND_A_PROMPT } from '../../routing/explain.ts';
import { candidateTable } from '../candidate-table.ts';
import { money, plural, pricePerMillion, tokens } from '../format.ts';
import { type Io, line } from '../io.ts';
import type { RunPlan } from './plan-run.ts';

/** The plan for a person: what goes out, where, and what it costs at least. */
export function showPlan(plan: RunPlan, io: Io): void {
  const { out } = io;
  for (const [name, words] of planLines(plan)) line(out, `${out.paint('dim', name.padEnd(9))} ${words}`);
  for (const words of plan.explained.policy) line(out, `${out.paint('dim', 'policy'.padEnd(9))} ${words}`);
  for (const refusal of plan.refusals) line(out, `${out.paint('red', 'refused'.padEnd(9))} ${refusal}`);
  if (plan.explained.candidates.length > 0) out.write(`\n${candidateTable(plan.explained.candidates, io.columns)}`);
  line(out, `\n${out.paint('bold', 'Prompt')}\n${plan.prompt.text}`);
}

/** The same in short, above what Codex says. */
export function planInShort(plan: RunPlan): string {
  const saved = plan.writtenTokens - plan.promptTokens;
  const less = saved > 0 ? ` (${tokens(saved)} fewer than written)` : '';
  return `plugboard: ${tokens(plan.promptTokens)} prompt tokens${less}, on ${plan.chosen.slug}. ${plan.chosen.why}`;
}

export function planFacts(plan: RunPlan): object {
  const { prompt, promptTokens, writtenTokens, grade, chosen, explained, price, budget, ways, refusals } = plan;
  return {
    prompt: { text: prompt.text, removed: prompt.removed, compressed: prompt.compressed },
    tokens: { prompt: promptTokens, written: writtenTokens, codexOwn: AROUND_A_PROMPT },
    task: grade,
    model: chosen,
    plan: explained,
    price: price ?? null,
    estimate: { firstRequestNanoUsd: plan.costNanoUsd ?? null },
    budget,
    codexProviders: ways,
    refusals,
  };
}

function planLines(plan: RunPlan): readonly (readonly [string, string])[] {
  const { prompt, promptTokens, writtenTokens, grade, chosen, price, budget, ways, costNanoUsd } = plan;
  const removed = prompt.removed.map(({ what, count }) => `${count} ${what}`).join(', ');
  const folded = prompt.compressed.map(
    ({ kind, characters, savedCharacters }) =>
      `${kind} of ${plural(characters, 'character')}, ${Math.round((savedCharacters / characters) * 100)} % less`,
  );
  const perMillion =
    price === undefined
      ? 'no known price'
      : `${pricePerMillion(price.input)} in, ${pricePerMillion(price.output)} out per million tokens`;
  const limits = Object.entries(budget).map(([name, value]) => `${BUDGET_WORDS[name] ?? name} ${value}`);
  return [
    ['tokens', `${promptTokens} of ${writtenTokens} as written, and about ${AROUND_A_PROMPT} of Codex's own a request`],
    ...(removed === '' ? [] : [['cleaned', removed] as const]),
    ...folded.map((words) => ['folded', words] as const),
    ['task', `${grade}, by its words alone`],
    ['model', `${chosen.slug}. ${chosen.why}`],
    ['price', perMillion],
    ['estimate', `${money(costNanoUsd)} for the first request; each later one reads it again, mostly from the cache`],
    ...(limits.length === 0 ? [] : [['budget', limits.join(', ')] as const]),
    ...ways.map(({ way, excluded }, index) => {
      return [index === 0 ? 'codex' : '', excluded === undefined ? way : `${way}: out, ${excluded}`] as const;
    }),
  ];
}

const BUDGET_WORDS: Readonly<Record<string, string>> = {
  inputTokens: 'prompt tokens at most',
  outputTokens: 'output tokens of a reply at most',
  costUsd: 'dollars of the whole run at most',
};
