import type { Snapshot } from '../../config/snapshot.ts';
import { fixedView } from '../../config/view.ts';
import { estimateTokens } from '../../context/estimate.ts';
import { createTokenCounter } from '../../context/tokens.ts';
import { priceOf } from '../../metering/pricing.ts';
import { fenceOf } from '../../policy/egress.ts';
import { type PolicyFlags, type PolicySettings, placeOf, type TaskGrade, withFlags } from '../../policy/settings.ts';
import type { Model, Price } from '../../providers/provider.ts';
import type { Explained } from '../../routing/explain.ts';
import { explainedFrom } from '../explanation.ts';
import { overBudget, type RunBudget } from './budget.ts';
import { type ChosenModel, chooseModel, type ModelWish } from './choose-model.ts';
import { type WeighedWay, weighWays } from './codex-ways.ts';
import { type PreparedPrompt, type PromptParts, preparePrompt } from './prepare-prompt.ts';

/** What a run is to do, laid out before anything is called.
 *  @property promptTokens  counted with OpenAI's vocabulary, or estimated where that would take long. @property grade  of the task, from its words alone.
 *  @property explained     what its first request would meet. @property price  of the model that is tried first.
 *  @property costNanoUsd   expected of the first request; absent: unpriced.
 *  @property flags         over the policy of the gateway, which holds the run to them. @property mayServe  what they leave.
 *  @property ways          for Codex, in the order in which they are tried.
 *  @property refusals      why it may not begin. */
export type RunPlan = {
  readonly prompt: PreparedPrompt;
  readonly promptTokens: number;
  readonly writtenTokens: number;
  readonly grade: TaskGrade;
  readonly chosen: ChosenModel;
  readonly explained: Explained;
  readonly price: Price | undefined;
  readonly costNanoUsd: number | undefined;
  readonly budget: RunBudget;
  readonly flags: PolicyFlags;
  readonly mayServe: (model: Model) => boolean;
  readonly ways: readonly WeighedWay[];
  readonly refusals: readonly string[];
};

/** @property model  asked for by name. */
export type RunRequest = {
  readonly parts: PromptParts;
  readonly model?: string;
  readonly budget: RunBudget;
  readonly flags: PolicyFlags;
};

/** @param gradeTask  how hard the task is.
 *  @throws CliError where no model answers to what was asked for. */
export async function planRun(
  request: RunRequest,
  snapshot: Snapshot,
  gradeTask: (text: string) => TaskGrade,
): Promise<RunPlan> {
  const { budget, parts } = request;
  const prompt = preparePrompt(parts);
  const [promptTokens, writtenTokens] = await countAll([prompt.text, writtenText(parts)]);
  const grade = gradeTask(parts.prompt);
  const wish = wishOf(request, withFlags(snapshot.policy, request.flags), grade);
  const flags = wish.provider?.word === 'no-openai' ? { ...request.flags, avoidOpenai: true } : request.flags;
  const policy = withFlags(snapshot.policy, flags);
  const fence = fenceOf(policy);
  const mayServe = (model: Model): boolean => fence.refuses(model) === undefined;
  const chosen = chooseModel(wish, snapshot, mayServe);
  const explained = explainedFrom(prompt.text, chosen.slug, { ...snapshot, policy });
  const first = explained.candidates.find(({ place }) => place === 1);
  const model = first === undefined ? undefined : fixedView(snapshot).resolve(first.slug);
  const price = model === undefined ? undefined : priceOf(model, Date.now());
  const costNanoUsd = first?.local === true ? 0 : first?.costNanoUsd;
  return {
    prompt,
    promptTokens,
    writtenTokens,
    grade,
    chosen,
    explained,
    price,
    costNanoUsd,
    budget,
    flags,
    mayServe,
    ways: weighWays(policy.defaultCodexProvider.value, policy.fallbackOrder.value, {
      ...wish,
      localOnly: policy.localOnly.value,
      avoidOpenai: policy.avoidOpenai.value,
      openModelsOnly: policy.openModelsOnly.value,
      listed: policy.allowedModels.value.length > 0,
      limited: budget.outputTokens !== undefined,
      capped:
        budget.costUsd !== undefined ||
        [policy.maxCostUsd, policy.maxCostUsdPerSession, policy.maxCostUsdPerMonth].some(({ value }) => value > 0),
    }),
    refusals: [
      ...(explained.problem === undefined ? [] : [explained.problem]),
      ...overBudget(budget, { promptTokens, costNanoUsd }),
    ],
  };
}

/** A model by name, then a provider by flag, variable or file, then the rule for tasks of this grade, then the default. */
function wishOf({ model }: RunRequest, policy: PolicySettings, grade: TaskGrade): ModelWish {
  if (model !== undefined) return { model };
  const { defaultProvider, taskProviderRules } = policy;
  if (defaultProvider.value !== 'auto') {
    return { provider: { word: defaultProvider.value, by: placeOf(policy, 'defaultProvider') } };
  }
  const word = taskProviderRules.value[grade];
  if (word === 'auto') return {};
  return { provider: { word, by: `${placeOf(policy, 'taskProviderRules')} for a ${grade} task` } };
}

function writtenText({ prompt, piped }: PromptParts): string {
  return piped === undefined ? prompt : `${prompt}\n${piped}`;
}

/** Of a longer text, in characters, nobody waits for the exact number: a megabyte without words takes several seconds. */
const MOST_COUNTED = 500_000;

/** @returns tokens of the text as it is sent, and as it was written. */
async function countAll(texts: readonly [string, string]): Promise<readonly [number, number]> {
  const counter = createTokenCounter();
  const count = (text: string): Promise<number> =>
    counter.count({
      messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
      tools: [],
      outputFormat: { type: 'text' },
    });
  const [sent, written] = texts;
  try {
    const marks = await count('');
    const of = async (text: string): Promise<number> =>
      text.length > MOST_COUNTED ? estimateTokens(text) : (await count(text)) - marks;
    const first = await of(sent);
    return [first, written === sent ? first : await of(written)];
  } finally {
    await counter.close();
  }
}
