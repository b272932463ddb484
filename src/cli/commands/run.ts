import { OUTPUT_LIMIT_HEADER } from '../../policy/output-limit.ts';
import type { CodexProvider } from '../../policy/settings.ts';
import { gradeTask } from '../../routing/classifier/grade-task.ts';
import { CliError, DONE, FAILED, WRONG_USAGE } from '../cli-error.ts';
import { requireCodex } from '../codex-launch.ts';
import { readConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { line, printJson } from '../io.ts';
import { withProgress } from '../progress.ts';
import { planRun, type RunPlan } from '../run/plan-run.ts';
import { readPiped } from '../run/read-piped.ts';
import { planFacts, planInShort, showPlan } from '../run/show-plan.ts';
import { takeWays } from '../run/take-ways.ts';
import { WAY_PROGRAMS } from '../run/way-programs.ts';
import { foldersOf } from '../run/working-tree.ts';

/** @property prompt  `-`, or left out: what is piped in is the prompt.
 *  @property clean, compress  false where a flag says so. @property codexArgs  behind `--`, for `codex exec`. */
export type RunOptions = {
  readonly prompt?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly model?: string;
  readonly provider?: string;
  readonly codexProvider?: 'auto' | CodexProvider;
  readonly maxInputTokens?: number;
  readonly maxOutputTokens?: number;
  readonly maxCost?: number;
  readonly localOnly?: boolean;
  readonly avoidOpenai?: boolean;
  readonly openModelsOnly?: boolean;
  readonly clean: boolean;
  readonly compress: boolean;
  readonly codexArgs: readonly string[];
};

/** Makes a prompt ready, picks the model within policy and budget, and runs Codex on it. */
export async function run(options: RunOptions, context: CommandContext): Promise<number> {
  const { io } = context;
  const snapshot = readConfiguration(context);
  const { model, provider, codexProvider, localOnly, avoidOpenai, openModelsOnly, maxCost } = options;
  const request = {
    parts: await promptParts(options, context),
    budget: {
      ...(options.maxInputTokens === undefined ? {} : { inputTokens: options.maxInputTokens }),
      ...(options.maxOutputTokens === undefined ? {} : { outputTokens: options.maxOutputTokens }),
      ...(maxCost === undefined ? {} : { costUsd: maxCost }),
    },
    flags: { provider, codexProvider, localOnly, avoidOpenai, openModelsOnly, maxCostUsdPerSession: maxCost },
    ...(model === undefined ? {} : { model }),
  };
  const plan = await withProgress(io, 'reading the prompt', () =>
    planRun(request, snapshot, (text) => gradeTask({ text }).complexity),
  );
  if (options.dryRun) {
    if (options.json) printJson(io, planFacts(plan));
    else showPlan(plan, io);
    return plan.refusals.length === 0 ? DONE : FAILED;
  }
  refuseOverBudget(plan);
  const codex = await requireCodex(context);
  line(io.err, planInShort(plan));
  const input = {
    codex,
    snapshot,
    slug: plan.chosen.slug,
    flags: plan.flags,
    headers: options.maxOutputTokens === undefined ? {} : { [OUTPUT_LIMIT_HEADER]: String(options.maxOutputTokens) },
    mayServe: plan.mayServe,
    args: ['exec', ...options.codexArgs, '-'],
  };
  return takeWays(
    {
      ways: plan.ways,
      prepare: (way) => WAY_PROGRAMS[way](input, context),
      input: plan.prompt.text,
      folders: foldersOf(options.codexArgs, process.cwd()),
    },
    io,
  );
}

async function promptParts(
  { prompt, clean, compress }: RunOptions,
  { io }: CommandContext,
): Promise<{ readonly prompt: string; readonly piped?: string; readonly clean: boolean; readonly compress: boolean }> {
  const piped = await readPiped(io);
  const isPiped = piped !== undefined && piped.trim() !== '';
  if (prompt !== undefined && prompt !== '-' && (isPiped || prompt.trim() !== '')) {
    return { prompt, clean, compress, ...(isPiped ? { piped } : {}) };
  }
  if (isPiped) return { prompt: piped, clean, compress };
  throw new CliError({
    message: 'there is no prompt',
    mend: "plugboard run 'what is to be done', or pipe it in: plugboard run - < prompt.txt",
    exitStatus: WRONG_USAGE,
  });
}

function refuseOverBudget({ refusals }: RunPlan): void {
  if (refusals.length === 0) return;
  throw new CliError({ message: refusals.join(' '), mend: 'plugboard run --dry-run shows the plan without a call' });
}
