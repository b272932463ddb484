import type { Registrar } from './registrar.ts';

export function registerSetup({ context, group, command, end }: Registrar): void {
  group('Setup:');
  const config = command('config', 'the configuration file: config schema');
  command('schema', 'print the JSON Schema of config.yaml', config).action(async () =>
    end((await import('../commands/config-schema.ts')).configSchema(context)),
  );
  command('uninstall', 'disable, stop, and remove what Plugboard wrote')
    .option('-y, --yes', 'do not ask')
    .action(async (options: { yes?: boolean }) =>
      end((await import('../commands/uninstall.ts')).uninstall({ yes: options.yes === true }, context)),
    );
}
