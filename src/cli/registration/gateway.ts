import type { ServeOptions } from '../context.ts';
import { type PolicyFlagOptions, policyFlags, withPolicyFlags } from './policy-flags.ts';
import { countNumber, JSON_FLAG, type JsonOption, portNumber, type Registrar, wantsJson } from './registrar.ts';

type ServeFlags = PolicyFlagOptions & Omit<ServeOptions, 'flags'>;

export function registerGateway({ context, group, command, end }: Registrar): void {
  group('Gateway:');
  withPolicyFlags(command('serve', 'run the gateway in the foreground'))
    .option('--config <file>', 'configuration to read')
    .option('--host <host>', 'address to listen on')
    .option('--port <port>', 'port to listen on', portNumber)
    .action(({ localOnly, avoidOpenai, maxCost, ...options }: ServeFlags) =>
      end(context.serve({ ...options, flags: policyFlags({ localOnly, avoidOpenai, maxCost }) })),
    );
  withPolicyFlags(command('start', 'run the gateway in the background'))
    .option(...JSON_FLAG)
    .action(async (options: JsonOption & PolicyFlagOptions) =>
      end(
        (await import('../commands/start.ts')).start({ ...wantsJson(options), flags: policyFlags(options) }, context),
      ),
    );
  command('stop', "stop the background gateway and give Codex's config back")
    .option('--keep', 'leave Codex pointed at the gateway')
    .option(...JSON_FLAG)
    .action(async (options: JsonOption & { keep?: boolean }) =>
      end((await import('../commands/stop.ts')).stop({ ...wantsJson(options), keep: options.keep === true }, context)),
    );
  withPolicyFlags(command('restart', 'stop the background gateway and start it again'))
    .option(...JSON_FLAG)
    .action(async (options: JsonOption & PolicyFlagOptions) =>
      end(
        (await import('../commands/restart.ts')).restart(
          { ...wantsJson(options), flags: policyFlags(options) },
          context,
        ),
      ),
    );
  command('status', 'say whether the gateway runs, where, and what it can serve')
    .option(...JSON_FLAG)
    .action(async (options: JsonOption) =>
      end((await import('../commands/status.ts')).status(wantsJson(options), context)),
    );
  command('logs', "print the background gateway's log")
    .option('-f, --follow', 'go on printing what is added')
    .option('-n, --lines <count>', 'how many lines from the end', countNumber, 200)
    .action(async (options: { follow?: boolean; lines: number }) =>
      end(
        (await import('../commands/logs.ts')).logs({ follow: options.follow === true, lines: options.lines }, context),
      ),
    );
  command('token', 'print the local token')
    .option('--start', 'bring the gateway up first')
    .option('--home <folder>', 'PLUGBOARD_HOME, for callers that do not have the variable')
    .action(async (options: { start?: boolean; home?: string }) =>
      end((await import('../commands/token.ts')).token({ ...options, start: options.start === true }, context)),
    );
}
