import { join } from 'node:path';
import { type Codex, findCodex } from '../codex/launch/find-codex.ts';
import type { LaunchOptions } from '../codex/launch/launch-codex.ts';
import { writeAtomic } from '../config/atomic-write.ts';
import { type PolicyFlags, withFlags } from '../policy/settings.ts';
import { policyHeaders } from '../policy/tightening.ts';
import { startGateway } from './background/start-gateway.ts';
import { catalogText } from './catalog-text.ts';
import { CliError } from './cli-error.ts';
import { readConfiguration } from './configuration.ts';
import type { CommandContext } from './context.ts';
import { defaultModel, providerEntry } from './gateway-access.ts';

/** The user's Codex. @throws CliError naming the mend where there is none. */
export async function requireCodex(context: CommandContext): Promise<Codex> {
  const codex = await findCodex(context.environment);
  if (codex !== undefined) return codex;
  throw new CliError({ message: 'Codex was not found on the PATH', mend: 'npm install -g @openai/codex' });
}

/** What a run of Codex through the gateway of this home needs; the gateway is brought up when it is asked for.
 *  @param flags  of this command: the gateway holds the requests of this run to them, however it was started. */
export function launchOptions(
  codex: Codex,
  args: readonly string[],
  context: CommandContext,
  flags: PolicyFlags = {},
): LaunchOptions {
  return {
    codex,
    args,
    environment: context.environment,
    codexHome: context.places.codexHome,
    ensureGateway: async () => {
      const snapshot = readConfiguration(context);
      await startGateway(context);
      const access = providerEntry(snapshot, codex.version, 'launch', context);
      const policy = withFlags(snapshot.policy, flags);
      const headers = policyHeaders(policy);
      return {
        ...access,
        entry: { ...access.entry, ...(Object.keys(headers).length === 0 ? {} : { headers }) },
        defaultModel: defaultModel(snapshot),
        models: snapshot.models,
        // What Codex sends on its own goes to OpenAI, too.
        quiet: policy.localOnly.value || policy.avoidOpenai.value,
      };
    },
    writeCatalog: () => writeCatalog(context),
  };
}

/** Our catalogue as a file, for a Codex whose own config names another one. @returns its path. */
export async function writeCatalog(context: CommandContext): Promise<string> {
  const { gateway } = await startGateway(context);
  const file = join(context.places.home, 'catalog.json');
  writeAtomic(file, await catalogText(gateway), 0o600);
  return file;
}
