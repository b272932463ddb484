import { JSON_FLAG, type JsonOption, type Registrar, wantsJson } from './registrar.ts';

export function registerCodex({ context, group, command, end }: Registrar): void {
  group('Codex:');
  // Described for the help alone: the program hands `codex` its arguments before they are parsed.
  command('codex', 'run Codex through the gateway; all arguments are its own')
    .usage('[--oss] [ARGS...]')
    .option('--oss', 'on a model of this machine')
    .argument('[args...]');
  command('app', 'open Codex Desktop through the gateway')
    .argument('[path]')
    .action(async (path: string | undefined) => end((await import('../commands/app.ts')).app(path, context)));
  command('enable', "point Codex's own config at the gateway")
    .option('--dry-run', 'print the difference and write nothing')
    .option(...JSON_FLAG)
    .action(async (options: JsonOption & { dryRun?: boolean }) =>
      end(
        (await import('../commands/enable.ts')).enable(
          { ...wantsJson(options), dryRun: options.dryRun === true },
          context,
        ),
      ),
    );
  command('disable', "give Codex's config back as it was")
    .option(...JSON_FLAG)
    .action(async (options: JsonOption) =>
      end((await import('../commands/disable.ts')).disable(wantsJson(options), context)),
    );
  const profile = command('profile', 'a Codex profile: profile write [NAME]');
  command('write', 'write CODEX_HOME/NAME.config.toml for codex --profile NAME', profile)
    .argument('[name]', 'the name of the profile', 'plugboard')
    .option('--force', 'replace a file of that name that is not ours')
    .action(async (name: string, options: { force?: boolean }) =>
      end(
        (await import('../commands/profile-write.ts')).profileWrite(name, { force: options.force === true }, context),
      ),
    );
  command('generate', "write Codex's model catalogue (model_catalog_json)")
    .argument('[file]', 'where to; standard output when left out')
    .action(async (file: string | undefined) => end((await import('../commands/generate.ts')).generate(file, context)));
}
