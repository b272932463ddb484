import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findCodex } from '../../codex/launch/find-codex.ts';
import { withDotenv } from '../../config/dotenv.ts';
import { ensureHome } from '../../config/home.ts';
import { newConfigText, writeNewConfig } from '../../config/new-config.ts';
import { placeOf } from '../../policy/settings.ts';
import { CliError, DONE, FAILED, WRONG_USAGE } from '../cli-error.ts';
import { readConfiguration, readPolicy } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { findProgram } from '../find-program.ts';
import { plural } from '../format.ts';
import { addAliases, tellMissing } from '../init/add-aliases.ts';
import { findKeys, findLocalServers } from '../init/detect.ts';
import { pullModel, startOllama } from '../init/ollama.ts';
import { type FoundKey, type FoundProvider, planConfig } from '../init/plan-config.ts';
import { Cancelled, NO_QUESTIONS, type Questions, terminalQuestions } from '../init/questions.ts';
import { SMALL_CODING_MODEL } from '../init/suggestions.ts';
import { type Io, line } from '../io.ts';
import { withProgress } from '../progress.ts';

/** @property yes      without questions. @property aliases  a config.yaml that is there gets the ready-made aliases. */
export type InitOptions = { readonly yes: boolean; readonly aliases: boolean };

/** Finds what this machine has and writes config.yaml. A file that stands there is never replaced unasked, but for one that
 *  an earlier init wrote when it found nothing. */
export async function init(options: InitOptions, context: CommandContext): Promise<number> {
  if (!options.yes && !options.aliases && !context.io.interactive) {
    throw new CliError({
      message: 'init asks questions, and there is no terminal to ask on',
      mend: 'plugboard init --yes',
      exitStatus: WRONG_USAGE,
    });
  }
  try {
    const quiet = options.yes || !context.io.interactive;
    return await configure(quiet ? NO_QUESTIONS : await terminalQuestions(), options.aliases, context);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    line(context.io.err, 'Nothing was written.');
    return FAILED;
  }
}

/** Exported for tests, which have no terminal to answer at.
 *  @param aliases  a file that is there is to get the ready-made aliases. */
export async function configure(questions: Questions, aliases: boolean, context: CommandContext): Promise<number> {
  const { io } = context;
  const file = join(context.places.home, 'config.yaml');
  const standing = existsSync(file) && readFileSync(file, 'utf8') !== newConfigText(planConfig([]));
  if (standing && (aliases || !(await questions.confirm(`${file} is there already. Replace it?`, false)))) {
    const added = async (): Promise<boolean> => {
      const found = [...findKeys(context), ...(await findLocalServers(context)).filter((server) => !isEmpty(server))];
      return addAliases(file, aliases, found, questions, context);
    };
    if (!(aliases || questions !== NO_QUESTIONS) || !(await added()))
      line(io.out, `${file} is there already and stays as it is.`);
    if (aliases) tellMissing(context);
    return DONE;
  }
  const codex = (await findCodex(context.environment))?.path;
  tell(io, codex !== undefined, 'Codex', codex ?? 'not found on the PATH. Run: npm install -g @openai/codex');
  const keys = findKeys(context);
  for (const key of keys) tell(io, true, key.name, keyWords(key));
  const servers = await localServers(keys.length === 0, questions, context);

  const chosen = await questions.choose([...keys, ...servers]);
  const plan = planConfig(chosen);
  const slugs = plan.models.map((model) => model.slug);
  ensureHome(context.places.home);
  if (standing) renameSync(file, `${file}.${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  else rmSync(file, { force: true });
  writeNewConfig(file, newConfigText(plan));
  const snapshot = readConfiguration(context);

  line(io.out, `\nWrote ${file}: ${plural(slugs.length, 'model')}${slugs.length === 0 ? '' : `, first ${slugs[0]}`}.`);
  if (plan.routes.length > 0) line(io.out, `Aliases: ${plan.routes.map(({ slug }) => slug).join(', ')}.`);
  tellMissing(context);
  if (chosen.some((provider) => provider.kind === 'key' && !inDotenv(provider.keyVariable, context))) {
    line(
      io.out,
      `The keys stand in this shell only. To keep them, write them into ${join(context.places.home, '.env')}.`,
    );
  }
  line(io.out, io.out.paint('bold', `Next: ${nextStep(snapshot.defaultModel, codex)}`));
  return DONE;
}

function keyWords({ keyVariable, also = [] }: FoundKey): string {
  const others = also.length === 0 ? '' : `; if it is for another of its doors, write preset: ${also.join(', ')}`;
  return `the key in ${keyVariable}${others}`;
}

function nextStep(defaultModel: string, codex: string | undefined): string {
  if (defaultModel === '') return 'set a key such as DEEPSEEK_API_KEY or start Ollama, then: plugboard init';
  return codex === undefined ? 'npm install -g @openai/codex, then: plugboard codex' : 'plugboard codex';
}

/** Asks the local servers, offers to start Ollama and to pull a model where there is none. */
async function localServers(
  needed: boolean,
  questions: Questions,
  context: CommandContext,
): Promise<readonly FoundProvider[]> {
  const { io } = context;
  let found = await withProgress(io, 'looking for local model servers', () => findLocalServers(context));
  const program = findProgram('ollama', context.environment);
  if (program !== undefined && !found.some((server) => server.preset === 'ollama')) {
    if (await questions.confirm('Ollama is installed but not running. Start it?', needed)) {
      const started = await startOllama(program, context);
      if (started === undefined) line(io.err, 'Ollama did not come up. See for yourself: ollama serve');
      else found = [...found, started];
    }
  }
  if (program !== undefined && needed && found.length > 0 && found.every(isEmpty)) {
    const policy = readPolicy(context);
    if (policy.localOnly.value) {
      line(
        io.err,
        `No local model yet, and ${placeOf(policy, 'localOnly')} lets none be fetched: ${SMALL_CODING_MODEL}`,
      );
    } else if (await questions.confirm(`No local model yet. Pull ${SMALL_CODING_MODEL} (about 2 GB)?`, true)) {
      const pulled = await pullModel(program, SMALL_CODING_MODEL, context);
      if (pulled) found = await findLocalServers(context);
      else line(io.err, `The model did not come. Try: ollama pull ${SMALL_CODING_MODEL}`);
    }
  }
  for (const server of found) {
    if (server.kind === 'local') tell(io, !isEmpty(server), server.name, plural(server.models.length, 'model'));
  }
  return found.filter((server) => !isEmpty(server));
}

function isEmpty(server: FoundProvider): boolean {
  return server.kind === 'local' && server.models.length === 0;
}

function inDotenv(name: string, context: CommandContext): boolean {
  return withDotenv(context.places.home, {}).environment[name] !== undefined;
}

function tell(io: Io, good: boolean, name: string, words: string): void {
  line(io.out, `${good ? io.out.paint('green', 'found') : io.out.paint('yellow', 'none ')}  ${name}: ${words}`);
}
