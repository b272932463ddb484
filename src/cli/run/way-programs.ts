import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codexEnvironment } from '../../codex/launch/codex-environment.ts';
import type { Codex } from '../../codex/launch/find-codex.ts';
import { codexProgram } from '../../codex/launch/launch-codex.ts';
import type { Program } from '../../codex/launch/run-program.ts';
import { toToml } from '../../codex/provider-entry.ts';
import { takeoverStatus } from '../../codex/takeover/takeover.ts';
import { withDotenv } from '../../config/dotenv.ts';
import type { Environment } from '../../config/environment.ts';
import type { Snapshot } from '../../config/snapshot.ts';
import { presetsOf } from '../../config/user-presets.ts';
import type { CodexProvider, PolicyFlags } from '../../policy/settings.ts';
import { isSameModel } from '../../providers/known-model.ts';
import type { Model } from '../../providers/provider.ts';
import { launchOptions } from '../codex-launch.ts';
import type { CommandContext } from '../context.ts';
import { findLocalServers } from '../init/detect.ts';
import type { FoundProvider } from '../init/plan-config.ts';

/** What a run gives to Codex, whichever way it goes.
 *  @property slug      the model at the gateway. @property flags  the gateway holds the run to them.
 *  @property headers   what the run asks of the gateway besides.
 *  @property mayServe  what the policy leaves of the models. @property args  for Codex, behind `exec`. */
export type WayInput = {
  readonly codex: Codex;
  readonly snapshot: Snapshot;
  readonly slug: string;
  readonly flags: PolicyFlags;
  readonly headers: { readonly [name: string]: string };
  readonly mayServe: (model: Model) => boolean;
  readonly args: readonly string[];
};

/** A way is a program, or not ready, for a reason that a person can mend. */
export type WayProgram =
  | { readonly ready: true; readonly program: Program }
  | { readonly ready: false; readonly reason: string };

type Prepare = (input: WayInput, context: CommandContext) => Promise<WayProgram>;

/** Lays a way out, without a call to a provider that could cost anything. Only the gateway's starts something. */
export const WAY_PROGRAMS: Readonly<Record<CodexProvider, Prepare>> = {
  gateway: throughGateway,
  huggingface: throughRouter,
  local: onLocalServer,
  standard: async (input, context) => asTheUserHasIt(input, context),
};

async function throughGateway(
  { codex, slug, flags, headers, args }: WayInput,
  context: CommandContext,
): Promise<WayProgram> {
  const options = launchOptions(codex, args, context, flags);
  const program = await codexProgram({
    ...options,
    ensureGateway: async () => {
      const gateway = await options.ensureGateway();
      const all = { ...gateway.entry.headers, ...headers };
      const entry = Object.keys(all).length === 0 ? gateway.entry : { ...gateway.entry, headers: all };
      return { ...gateway, entry, defaultModel: slug };
    },
  });
  return { ready: true, program };
}

/** The preset that the way is named after: its address and the variables of its key are data. */
const ROUTER = 'huggingface';
/** What the router is asked for where the user has no model of it: open, cheap, and good at tools. */
const ROUTER_MODEL = 'openai/gpt-oss-120b:groq';

async function throughRouter(input: WayInput, context: CommandContext): Promise<WayProgram> {
  const found = presetsOf(context.places.home).find(ROUTER);
  if (found.state !== 'found' || found.preset.baseUrl === undefined) {
    return { ready: false, reason: `The preset ${ROUTER} is missing or broken.` };
  }
  const { environment } = withDotenv(context.places.home, context.environment);
  const keyVariable = found.preset.keyVariables.find((name) => (environment[name] ?? '') !== '');
  if (keyVariable === undefined) {
    return { ready: false, reason: `No key is set: ${found.preset.keyVariables.join(' or ')}.` };
  }
  const own = input.snapshot.models.find((model) => model.provider.preset === ROUTER && input.mayServe(model));
  const entry = {
    name: found.preset.name,
    base_url: found.preset.baseUrl,
    env_key: keyVariable,
    wire_api: 'responses',
  };
  const overrides = [`model_providers.${ROUTER}=${toToml(entry)}`, `model_provider=${toToml(ROUTER)}`];
  const model = own?.upstreamId ?? ROUTER_MODEL;
  return { ready: true, program: direct(input, overrides, model, { ...environment }) };
}

async function onLocalServer(input: WayInput, context: CommandContext): Promise<WayProgram> {
  const servers = (await findLocalServers(context)).filter((found) => found.kind === 'local');
  const [server] = servers;
  if (server === undefined) return { ready: false, reason: 'Neither Ollama nor LM Studio answers on this machine.' };
  const model = localModelOf(input, servers);
  if (model === undefined) {
    return { ready: false, reason: `${server.name} has no model that may be used. Pull one, or run: plugboard init` };
  }
  // Named by its id, Codex asks the server for nothing else and pulls nothing.
  const overrides = [`model_provider=${toToml(model.server.preset)}`];
  const { baseUrl } = model.server;
  const elsewhere: Environment = baseUrl === undefined ? {} : { CODEX_OSS_BASE_URL: baseUrl };
  return { ready: true, program: direct(input, overrides, model.id, { ...context.environment, ...elsewhere }) };
}

type LocalServer = FoundProvider & { readonly kind: 'local' };

/** The first that is configured: of one that merely lies there, the policy knows nothing. */
function localModelOf(
  { snapshot, mayServe }: WayInput,
  servers: readonly LocalServer[],
): { readonly server: LocalServer; readonly id: string } | undefined {
  for (const model of snapshot.models) {
    const server = servers.find(
      ({ preset, models }) =>
        preset === model.provider.preset && models.some((id) => isSameModel(id, model.upstreamId)),
    );
    if (server !== undefined && mayServe(model)) return { server, id: model.upstreamId };
  }
  return undefined;
}

function asTheUserHasIt(input: WayInput, context: CommandContext): WayProgram {
  if (takeoverStatus(context.places).on) {
    return { ready: false, reason: "Codex's own config points at the gateway. Give it back: plugboard disable" };
  }
  const { environment, places } = context;
  const key = ['OPENAI_API_KEY', 'CODEX_API_KEY'].find((name) => (environment[name] ?? '') !== '');
  if (key === undefined && !existsSync(join(places.codexHome, 'auth.json'))) {
    return { ready: false, reason: 'Codex is not logged in. Log in: codex login' };
  }
  return { ready: true, program: direct(input, [], undefined, environment) };
}

function direct(
  { codex, args }: WayInput,
  overrides: readonly string[],
  model: string | undefined,
  environment: Environment,
): Program {
  const named = model === undefined ? [] : [`model=${toToml(model)}`];
  return {
    command: codex.command,
    args: [...[...overrides, ...named].flatMap((setting) => ['-c', setting]), ...args],
    environment: codexEnvironment(environment, process.platform),
  };
}
