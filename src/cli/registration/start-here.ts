import { JSON_FLAG, type JsonOption, type Registrar, wantsJson } from './registrar.ts';

export function registerStart({ context, group, command, end }: Registrar): void {
  group('Start here:');
  command('init', 'find Codex, local model servers and keys, and write config.yaml')
    .option('-y, --yes', 'take every default and ask nothing')
    .option('--aliases', 'add the ready-made aliases, such as codex-light, to a config.yaml that is there')
    .action(async (options: { yes?: boolean; aliases?: boolean }) =>
      end(
        (await import('../commands/init.ts')).init(
          { yes: options.yes === true, aliases: options.aliases === true },
          context,
        ),
      ),
    );
  command('demo', 'show the whole chain offline: the real Codex, the gateway and a scripted model')
    .option(...JSON_FLAG)
    .action(async (options: JsonOption) =>
      end((await import('../commands/demo.ts')).demo(wantsJson(options), context)),
    );
  command('doctor', 'check the whole chain and name the cause and the mend of what is wrong')
    .option('--bundle <file>', 'write a redacted bundle for a bug report')
    .option(...JSON_FLAG)
    .action(async (options: JsonOption & { bundle?: string }) =>
      end((await import('../commands/doctor.ts')).doctor({ ...options, ...wantsJson(options) }, context)),
    );
}
