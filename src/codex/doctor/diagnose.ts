import { proxySettings } from '../../config/environment.ts';
import { toldFacts } from '../../config/facts.ts';
import type { Discovered, Snapshot } from '../../config/snapshot.ts';
import type { Model, Provider } from '../../providers/provider.ts';
import { proxyFor } from '../../upstream/proxy.ts';
import { type CatalogueRun, checkCatalogue } from './catalogue.ts';
import { checkCodexConfig, configuredKeys } from './codex-config.ts';
import type { TextFile } from './codex-files.ts';
import { checkCodexVersion } from './codex-version.ts';
import { checkContextWindow } from './context-window.ts';
import { checkDaemon, type DaemonFacts } from './daemon.ts';
import { type Finding, ok, warning } from './finding.ts';
import { checkGateway, checkKeys, type GatewayState } from './gateway.ts';
import { checkProjectConfig } from './project-config.ts';
import type { ProviderProbe } from './provider-probe.ts';
import { checkProvider, checkRefusedFeatures } from './providers.ts';
import { checkToolQuality, type ToolRecord } from './tool-quality.ts';

/** All that the doctor looks at, gathered before it judges.
 *  @property shell         the variables of this shell.
 *  @property startsItself  Codex's config brings the gateway up on its own.
 *  @property discovered    what the providers tell of their models, as far as they tell it.
 *  @property catalogue     what Codex said of our catalogue; absent where there is no Codex to ask.
 *  @property idleKeys      variables that hold the key of a provider which is not configured.
 *  @property refused       members of requests that providers refused lately. */
export type Patient = {
  readonly codex: { readonly path?: string; readonly version?: string };
  readonly codexConfigs: readonly TextFile[];
  readonly projectConfigs: readonly TextFile[];
  readonly daemon?: DaemonFacts;
  readonly shell: { readonly [name: string]: string | undefined };
  readonly gateway: GatewayState;
  readonly startsItself: boolean;
  readonly snapshot: Snapshot;
  readonly probes: readonly ProviderProbe[];
  readonly discovered: Discovered;
  readonly catalogue?: { readonly run: CatalogueRun; readonly slugs: readonly string[] };
  readonly toolRecords: readonly ToolRecord[];
  readonly idleKeys: readonly { readonly variable: string; readonly preset: string }[];
  readonly refused: readonly { readonly provider: string; readonly parameter: string }[];
};

/** The whole chain from Codex to the providers, in the order in which a request takes it. Pure. */
export function diagnose(patient: Patient): Finding[] {
  const { snapshot, shell } = patient;
  const keys = patient.codexConfigs.flatMap(({ text }) => configuredKeys(text));
  const changedAt = Math.max(0, ...patient.codexConfigs.map((config) => config.changedAt ?? 0));
  return [
    ...checkCodexVersion(patient.codex.version, patient.codex.path),
    ...patient.codexConfigs.flatMap(({ file, text }) =>
      checkCodexConfig({ file, text, gatewayUrl: patient.gateway.url, shell }),
    ),
    ...patient.projectConfigs.flatMap(({ file, text }) => checkProjectConfig(file, text ?? '')),
    ...checkDaemon(patient.daemon, keys, shell, changedAt),
    ...checkGateway(patient.gateway, patient.startsItself),
    ...checkKeys(snapshot.disabled, patient.gateway),
    ...checkAnyProvider(snapshot),
    ...checkSearch(snapshot),
    ...patient.idleKeys.map(idleKey),
    ...patient.probes.flatMap((probe) => checkProvider(probe, snapshot.models, proxyOf(probe.provider, shell))),
    ...checkRefusedFeatures(patient.refused),
    ...snapshot.models.flatMap((model) =>
      checkContextWindow(model, toldFacts(patient.discovered, model.provider, model.upstreamId).contextWindow),
    ),
    ...(patient.catalogue === undefined ? [] : checkCatalogue(patient.catalogue.run, patient.catalogue.slugs)),
    ...checkToolQuality(patient.toolRecords, byStrength(snapshot.models)),
  ];
}

function proxyOf({ baseUrl, proxy }: Provider, shell: Patient['shell']): string | undefined {
  return proxyFor(new URL(baseUrl), proxy, proxySettings(shell));
}

function checkAnyProvider({ providers, disabled }: Snapshot): Finding[] {
  if (providers.size + disabled.length > 0) return [];
  return [
    warning('no-provider', 'No provider is configured; only the scripted model demo answers.', 'Run: plugboard init'),
  ];
}

function checkSearch({ webSearchOff }: Snapshot): Finding[] {
  if (webSearchOff === undefined) return [];
  const mend = 'Complete `web_search` in config.yaml, or take it out; after a new variable: plugboard restart';
  return [warning('search-off', `The web search is off: ${webSearchOff}`, mend)];
}

/** No fault: most shells hold keys that are for something else. */
function idleKey({ variable, preset }: Patient['idleKeys'][number]): Finding {
  return ok('key-idle', `${variable} is set and no provider uses it; one would be: ${preset}: { preset: ${preset} }`);
}

/** Strongest first, as far as a price tells: what costs more per token of output is the larger model. */
function byStrength(models: readonly Model[]): string[] {
  return [...models]
    .sort((one, other) => (other.price?.output ?? 0) - (one.price?.output ?? 0))
    .map((model) => model.slug);
}
