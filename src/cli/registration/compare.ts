import { countNumber, JSON_FLAG, type JsonOption, type Registrar, wantsJson } from './registrar.ts';

type CompareFlags = JsonOption & {
  models?: readonly string[];
  repetitions: number;
  parallel: number;
  out?: string;
  dryRun?: boolean;
  reportOnly?: boolean;
  retryErrors?: boolean;
};

export function registerCompare({ context, group, command, end }: Registrar): void {
  group('Compare:');
  command('compare', 'run the same tasks on several models with the real Codex, and report on the receipts')
    .argument('<tasks>', 'a YAML file of tasks')
    .option('-m, --models <slugs>', 'models or routes, with commas between them', slugs)
    .option('-r, --repetitions <count>', 'how often each task runs on each model', countNumber, 1)
    .option('-p, --parallel <count>', 'how many run at once', countNumber, 2)
    .option('-o, --out <folder>', 'where receipts, logs and reports go; NAME-compare where left out')
    .option('--retry-errors', 'run again what ended with an error of Codex')
    .option('--report-only', 'run nothing, and make the reports from the receipts that are there')
    .option('--dry-run', 'print the plan and what it may take, and start nothing')
    .option(...JSON_FLAG)
    .action(async (tasks: string, { out, models = [], ...options }: CompareFlags) =>
      end(
        (await import('../commands/compare.ts')).compare(
          tasks,
          {
            ...wantsJson(options),
            models,
            repetitions: options.repetitions,
            parallel: options.parallel,
            dryRun: options.dryRun === true,
            reportOnly: options.reportOnly === true,
            retryErrors: options.retryErrors === true,
            ...(out === undefined ? {} : { out }),
          },
          context,
        ),
      ),
    );
}

function slugs(text: string): readonly string[] {
  return text
    .split(',')
    .map((slug) => slug.trim())
    .filter((slug) => slug !== '');
}
