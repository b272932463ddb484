import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Registrar } from './registrar.ts';

/** Commands of later releases: each says so in one sentence and fails, whatever it is given. */
export function registerUnbuilt({ group, command }: Registrar): void {
  group('Not built yet:');
  const unbuilt = (name: string, words: string, parent?: Command): void => {
    const full = parent === undefined ? name : `${parent.name()} ${name}`;
    command(name, words, parent)
      .argument('[args...]')
      .allowUnknownOption()
      .action(() => {
        throw new CliError({ message: `'plugboard ${full}' is not built yet; it is to ${words}.` });
      });
  };
  unbuilt('keys', "show the page for keys that live in the running gateway's memory only");
  unbuilt(
    'set',
    "take a key that lives in the running gateway's memory only",
    command('key', 'keys in memory: key set PROVIDER'),
  );
  unbuilt('import', "take over another tool's configuration");
  unbuilt('connect', "point this machine's Codex at a team's gateway");
}
