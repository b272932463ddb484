import { Option } from 'commander';
import { CODEX_PROVIDERS } from '../../policy/settings.ts';
import type { RunOptions } from '../commands/run.ts';
import { usdNumber } from './policy-flags.ts';
import { countNumber, JSON_FLAG, type Registrar } from './registrar.ts';

type RunFlags = Omit<RunOptions, 'prompt' | 'dryRun' | 'json' | 'codexArgs'> & {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly forceModel?: string;
};

export function registerRun({ context, group, command, end }: Registrar): void {
  group('One task:');
  command('run', 'clean a prompt, pick the model within the budget, and run Codex')
    .argument('[prompt]', 'what is to be done; - reads it from standard input')
    .argument('[codex args...]', 'behind --: for codex exec')
    .option('--dry-run', 'print the plan, the tokens and the price, and call nothing')
    .option('-m, --model <slug>', 'this model or route, whatever the policy prefers')
    .option('--force-model <slug>', 'the same')
    .option('-p, --provider <name>', 'auto, openai, gemini, huggingface, local, qwen, no-openai, or one of config.yaml')
    .addOption(
      new Option('--codex-provider <name>', 'what Codex itself is pointed at').choices(['auto', ...CODEX_PROVIDERS]),
    )
    .option('--max-input-tokens <count>', 'refuse a prompt of more tokens', countNumber)
    .option('--max-output-tokens <count>', 'the most that a reply may have', countNumber)
    .option('--max-cost <usd>', 'the most that the whole run may cost, in dollars', usdNumber)
    .option('--local-only', 'nothing leaves this network')
    .option('--avoid-openai', 'nothing goes to OpenAI')
    .option('--open-models-only', 'open models alone')
    .option('--no-clean', 'leave the prompt as it is written')
    .option('--no-compress', 'leave logs and output within it as they are')
    .option(...JSON_FLAG)
    .action(async (prompt: string | undefined, codexArgs: readonly string[], flags: RunFlags) => {
      const { forceModel, ...given } = flags;
      const model = given.model ?? forceModel;
      await end(
        (await import('../commands/run.ts')).run(
          {
            ...given,
            ...(prompt === undefined ? {} : { prompt }),
            ...(model === undefined ? {} : { model }),
            dryRun: flags.dryRun === true,
            json: flags.json === true,
            codexArgs,
          },
          context,
        ),
      );
    });
}
