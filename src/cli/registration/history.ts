import { Option } from 'commander';
import type { StatsOptions } from '../commands/stats.ts';
import { countNumber, JSON_FLAG, type JsonOption, type Registrar, sinceTime, wantsJson } from './registrar.ts';

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
  command('stats', 'requests, tokens, cost, speed and quality')
    .addOption(new Option('--by <group>', 'what a row stands for').choices(['slug', 'model', 'provider', 'route']))
    .option('--since <when>', 'a time such as 24h or 7d ago, or a date such as 2026-11-01', sinceTime)
    .addOption(
      new Option('--shadow', 'what following the adaptive router would have changed').conflicts(['by', 'against']),
    )
    .option('--against <slug>', 'what the same tokens would have cost there, as an estimate')
    .option(...JSON_FLAG)
    .action(async ({ shadow, ...options }: JsonOption & Omit<StatsOptions, 'json'> & { shadow?: true }) =>
      end(
        shadow === true
          ? (await import('../commands/stats-shadow.ts')).statsShadow({ ...options, ...wantsJson(options) }, context)
          : (await import('../commands/stats.ts')).stats({ ...options, ...wantsJson(options) }, context),
      ),
    );
  command('why', 'which model a request got, and why')
    .argument('[request]', "a request id, or 'last'", 'last')
    .option(...JSON_FLAG)
    .action(async (request: string, options: JsonOption) =>
      end((await import('../commands/why.ts')).why(request, wantsJson(options), context)),
    );
}
