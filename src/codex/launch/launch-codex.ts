import type { Environment } from '../../config/environment.ts';
import type { Model } from '../../providers/provider.ts';
import type { ProviderEntry } from '../provider-entry.ts';
import { codexEnvironment } from './codex-environment.ts';
import type { Codex } from './find-codex.ts';
import { gatewayOverrides, ownSettings } from './gateway-overrides.ts';
import { localModel, readArguments } from './local-model.ts';
import { type ExitStatus, type Program, runProgram } from './run-program.ts';

/** The gateway, up and answering.
 *  @property entry      how Codex reaches it. Its token never stands in an argument, which every user can read.
 *  @property quiet      nothing of Codex's own may leave the machine.
 *  @property variables  what the entry needs in the environment; empty where a command gives the token. */
export type LaunchGateway = {
  readonly entry: ProviderEntry;
  readonly variables: { readonly [name: string]: string };
  readonly defaultModel: string;
  readonly quiet?: boolean;
  readonly models: readonly Model[];
};

/** @property args           for Codex, as the user typed them.
 *  @property oss            only local models; `--oss` among the arguments means the same.
 *  @property ensureGateway  brings the gateway up if need be.
 *  @property writeCatalog   writes the gateway's catalogue into a file of ours. @returns its path. */
export type LaunchOptions = {
  readonly codex: Codex;
  readonly args: readonly string[];
  readonly oss?: boolean;
  readonly environment: Environment;
  readonly codexHome: string;
  readonly ensureGateway: () => Promise<LaunchGateway>;
  readonly writeCatalog: () => Promise<string>;
};

/** Runs Codex through the gateway and nothing else: arguments, terminal, streams, signals and exit status are Codex's
 *  own, and no file of Codex's is written.
 *  @throws LaunchError when `--oss` finds no local model. */
export async function launchCodex(options: LaunchOptions): Promise<ExitStatus> {
  return runProgram(await codexProgram(options));
}

/** The command line and the variables of such a run. Any `-c` also keeps Codex's terminal interface from handing over
 *  to its background server, which would still have the variables of another day. */
export async function codexProgram(options: LaunchOptions): Promise<Program> {
  const { codex, environment, codexHome } = options;
  const gateway = await options.ensureGateway();
  const given = readArguments(options.oss ? ['--oss', ...options.args] : options.args);
  const model = given.oss
    ? localModel(gateway.models, gateway.defaultModel, given.model, given.localProvider)
    : gateway.defaultModel;
  const own = ownSettings(codexHome, gateway.entry);
  const catalogFile = own.hasCatalog ? await options.writeCatalog() : undefined;
  const overrides = gatewayOverrides(gateway.entry, own.providerId, model, catalogFile, gateway.quiet);
  const host = new URL(gateway.entry.baseUrl).hostname.replace(/^\[|\]$/g, '');
  return {
    command: codex.command,
    args: [...overrides, ...given.rest],
    environment: { ...codexEnvironment(environment, process.platform, [host]), ...gateway.variables },
  };
}
