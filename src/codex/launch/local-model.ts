import type { Model } from '../../providers/provider.ts';
import { LaunchError } from './launch-error.ts';

/** Arguments for Codex, its open-source mode taken out: `--oss` never reaches Codex, which would look for servers on its
 *  own and pull models that nobody asked for.
 *  @property rest           what goes to Codex. In open-source mode without the model, which we name ourselves.
 *  @property localProvider  `ollama` or `lmstudio`, as `--local-provider` names it.
 *  @property model          only read in open-source mode. */
export type LaunchArguments = {
  readonly rest: readonly string[];
  readonly oss: boolean;
  readonly localProvider?: string;
  readonly model?: string;
};

const TAKEN: Readonly<Record<string, 'localProvider' | 'model'>> = {
  '--local-provider': 'localProvider',
  '--model': 'model',
  '-m': 'model',
};

/** @param args  as the user typed them; behind `--` nothing is an option. */
export function readArguments(args: readonly string[]): LaunchArguments {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const options = args.slice(0, end);
  if (!options.some((arg) => arg === '--oss' || arg.startsWith('--local-provider'))) return { rest: args, oss: false };
  const rest: string[] = [];
  const taken: { localProvider?: string; model?: string } = {};
  for (let index = 0; index < options.length; index += 1) {
    const arg = options[index] ?? '';
    const [name = '', joined] = /^(--[\w-]+)=(.*)$/s.exec(arg)?.slice(1) ?? [arg];
    const member = TAKEN[name];
    if (arg === '--oss') continue;
    if (member === undefined) rest.push(arg);
    else if (joined !== undefined) taken[member] = joined;
    else {
      index += 1;
      const value = options[index];
      if (value === undefined) throw new LaunchError(`${name} needs a value.`);
      taken[member] = value;
    }
  }
  return { rest: [...rest, ...args.slice(end)], oss: true, ...taken };
}

/** The slug of a local model for `--oss`.
 *  @param wanted  a slug, or the model's name at its server; left out: the default where it is local, else the first.
 *  @throws LaunchError when there is none, with what to do. */
export function localModel(
  models: readonly Model[],
  defaultModel: string,
  wanted: string | undefined,
  localProvider: string | undefined,
): string {
  const local = models.filter(
    ({ provider }) =>
      provider.local && (localProvider === undefined || [provider.preset, provider.id].includes(localProvider)),
  );
  const found =
    wanted === undefined
      ? (local.find((model) => model.slug === defaultModel) ?? local.find((model) => model.listed) ?? local[0])
      : (local.find((model) => model.slug === wanted) ?? local.find((model) => model.upstreamId === wanted));
  if (found !== undefined) return found.slug;
  const where = localProvider === undefined ? 'a local provider' : `the local provider ${localProvider}`;
  if (wanted === undefined || local.length === 0) {
    throw new LaunchError(
      `No model of ${where} is set up. Run \`plugboard init\`, which finds Ollama and LM Studio, or add one to ` +
        'config.yaml under `providers` and `models`.',
    );
  }
  const known = local.map((model) => model.slug).join(', ');
  throw new LaunchError(
    `${wanted} is no model of ${where}. There is: ${known}. Add it to config.yaml under \`models\`.`,
  );
}
