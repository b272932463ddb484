import { countNumber, JSON_FLAG, type JsonOption, type Registrar, wantsJson } from './registrar.ts';

type HistoryFlags = JsonOption & { limit: number; jsonl?: boolean };

export function registerHistory({ context, group, command, end }: Registrar): void {
  group('What happened:');
  command('history', 'the latest requests: where they went, tokens, cost and time')
    .option('-l, --limit <count>', 'how many', countNumber, 20)
    .option('--jsonl', 'one JSON object a line')
    .option(...JSON_FLAG)
    .action(async (options: HistoryFlags) =>
      end(
        (await import('../commands/history.ts')).history(
          { ...wantsJson(options), limit: options.limit, jsonl: options.jsonl === true },
          context,
        ),
      ),
    );
  command('stats', 'requests, tokens and cost by model')
    .option('--against <slug>', 'what the same tokens would have cost there, as an estimate')
    .option(...JSON_FLAG)
    .action(async (options: JsonOption & { against?: string }) =>
      end((await import('../commands/stats.ts')).stats({ ...options, ...wantsJson(options) }, context)),
    );
  command('why', 'which model a request got, and why')
    .argument('[request]', "a request id, or 'last'", 'last')
    .option(...JSON_FLAG)
    .action(async (request: string, options: JsonOption) =>
      end((await import('../commands/why.ts')).why(request, wantsJson(options), context)),
    );
}
