import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isOwnProfile } from '../../codex/profile.ts';
import { disable } from '../../codex/takeover/takeover.ts';
import { stopGateway } from '../background/stop-gateway.ts';
import { CliError, DONE, FAILED, WRONG_USAGE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { terminalQuestions } from '../init/questions.ts';
import { line } from '../io.ts';

/** What the program itself wrote in its home. The rest is the user's: configuration, keys, presets. */
const OURS: readonly string[] = [
  'token',
  'run',
  'logs',
  'codex',
  'catalog.json',
  'plugboard.db',
  'plugboard.db-wal',
  'plugboard.db-shm',
];

/** Gives Codex's config back, stops the gateway, removes what the program wrote, and says what it left. */
export async function uninstall(options: { readonly yes: boolean }, context: CommandContext): Promise<number> {
  const { io, places } = context;
  if (!options.yes && !(await agreed(context))) {
    line(io.err, 'Nothing was removed.');
    return FAILED;
  }
  const { path, changed } = disable(places);
  if (changed) line(io.out, `${path} is as it was before.`);
  const stopped = await stopGateway(context);
  if (stopped.how !== 'absent') line(io.out, 'The gateway is stopped.');
  const profiles = ourProfiles(places.codexHome);
  for (const file of [...OURS.map((name) => join(places.home, name)), ...profiles]) {
    if (!existsSync(file)) continue;
    rmSync(file, { recursive: true, force: true, maxRetries: 5 });
    line(io.out, `Removed ${file}`);
  }
  const left = existsSync(places.home) ? readdirSync(places.home) : [];
  if (left.length === 0) rmSync(places.home, { recursive: true, force: true });
  for (const name of left) line(io.out, `Left, since it is yours: ${join(places.home, name)}`);
  line(io.out, 'The program itself goes with: npm uninstall -g plugboard');
  return DONE;
}

/** What `profile write` left in Codex's home. A profile that the user has added to stays. */
function ourProfiles(codexHome: string): readonly string[] {
  if (!existsSync(codexHome)) return [];
  return readdirSync(codexHome)
    .filter((name) => name.endsWith('.config.toml'))
    .map((name) => join(codexHome, name))
    .filter((file) => isOwnProfile(readFileSync(file, 'utf8')));
}

async function agreed({ io, places }: CommandContext): Promise<boolean> {
  if (!io.interactive) {
    throw new CliError({
      message: 'uninstall asks first, and there is no terminal to ask on',
      mend: 'plugboard uninstall --yes',
      exitStatus: WRONG_USAGE,
    });
  }
  const questions = await terminalQuestions();
  return questions.confirm(
    `Stop the gateway, give Codex's config back, and remove the history and logs in ${places.home}?`,
    false,
  );
}
