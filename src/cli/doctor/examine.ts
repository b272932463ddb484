import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectConfigs, readDaemon, readTextFile, type TextFile } from '../../codex/doctor/codex-files.ts';
import type { Patient } from '../../codex/doctor/diagnose.ts';
import { findCodex } from '../../codex/launch/find-codex.ts';
import { takeoverStatus } from '../../codex/takeover/takeover.ts';
import type { Snapshot } from '../../config/snapshot.ts';
import type { CommandContext } from '../context.ts';
import { findKeys } from '../init/detect.ts';
import { withLedger } from '../ledger.ts';
import { discoverAll, probeAll } from '../providers.ts';
import { askCodexForCatalogue } from './ask-codex.ts';
import { gatewayState } from './gateway-state.ts';
import { LOOK_BACK, refusedMembers, toolRecords } from './ledger-signs.ts';

/** Gathers all that the doctor judges. Reads much, asks the providers for what costs nothing, writes nothing.
 *  @param folder  where the user stands: its `.codex/config.toml` counts. */
export async function examine(snapshot: Snapshot, folder: string, context: CommandContext): Promise<Patient> {
  const { places, environment } = context;
  const codex = await findCodex(environment);
  const version = codex?.version;
  const askable = [...snapshot.providers.values()].filter((provider) => provider.auth.type !== 'passthrough');
  const [gateway, probes, discovered, entries, catalogue] = await Promise.all([
    gatewayState(snapshot, context),
    probeAll(askable, context, snapshot.models),
    discoverAll(
      askable.filter(({ modelList }) => modelList !== undefined),
      context,
    ),
    withLedger(context, (ledger) => ledger.list({ limit: LOOK_BACK })),
    codex === undefined || snapshot.models.length === 0 ? undefined : askCodexForCatalogue(codex, snapshot, context),
  ]);
  const daemon = readDaemon(places.codexHome);
  return {
    codex: { ...(codex === undefined ? {} : { path: codex.path }), ...(version === undefined ? {} : { version }) },
    codexConfigs: codexConfigs(places.codexHome),
    projectConfigs: projectConfigs(folder, places.codexHome),
    ...(daemon === undefined ? {} : { daemon }),
    shell: environment,
    gateway,
    startsItself: takeoverStatus(places).on,
    snapshot,
    probes: [...probes.values()],
    discovered,
    ...(catalogue === undefined ? {} : { catalogue }),
    toolRecords: toolRecords(entries),
    idleKeys: idleKeys(snapshot, context),
    refused: refusedMembers(entries),
  };
}

/** Keys of providers that we know and that stand in no entry, neither as they are nor as another of the maker's doors. */
function idleKeys(snapshot: Snapshot, context: CommandContext): Patient['idleKeys'] {
  const used = new Set([...snapshot.providers.values()].flatMap(({ keyVariables = [] }) => keyVariables));
  const off = new Set(snapshot.disabled.map(({ id }) => id));
  return findKeys(context)
    .filter(({ keyVariable, preset }) => !used.has(keyVariable) && !off.has(preset))
    .map(({ keyVariable, preset }) => ({ variable: keyVariable, preset }));
}

/** Codex's main config, and the profile files beside it. */
function codexConfigs(codexHome: string): TextFile[] {
  const profiles = listed(codexHome).filter((name) => name.endsWith('.config.toml'));
  return ['config.toml', ...profiles].map((name) => readTextFile(join(codexHome, name)));
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
