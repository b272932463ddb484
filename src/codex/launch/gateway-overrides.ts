import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROVIDER_ID, type ProviderEntry, providerMembers, toToml } from '../provider-entry.ts';
import { isTable, parseDocument } from '../takeover/document.ts';
import { TakeoverError } from '../takeover/takeover-error.ts';

/** What of the user's own configuration a launch must know. Unreadable or broken counts as empty: Codex itself will
 *  tell the user.
 *  @property providerId  under which our entry does not mix with another of the same name: Codex merges tables.
 *  @property hasCatalog  a catalogue file is set, which would keep Codex from asking the gateway for its models. */
export type OwnSettings = { readonly providerId: string; readonly hasCatalog: boolean };

export function ownSettings(codexHome: string, entry: ProviderEntry): OwnSettings {
  const document = readConfig(join(codexHome, 'config.toml'));
  const providers = document['model_providers'];
  const same = isTable(providers) ? providers[PROVIDER_ID] : undefined;
  const ours = providerMembers(entry);
  const mixes = isTable(same) && Object.keys(same).some((key) => !(key in ours));
  return { providerId: mixes ? `${PROVIDER_ID}-session` : PROVIDER_ID, hasCatalog: 'model_catalog_json' in document };
}

export function readConfig(path: string): { readonly [key: string]: unknown } {
  try {
    return parseDocument(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof TakeoverError || (error instanceof Error && 'code' in error)) return {};
    throw error;
  }
}

/** What keeps Codex from calling hosts of its own: its metrics, the synchronisation of its plugins, the look for a newer
 *  version. Measured on Codex 0.169.0. */
export const QUIET: readonly [string, string][] = [
  ['analytics.enabled', 'false'],
  ['features.plugins', 'false'],
  ['check_for_update_on_startup', 'false'],
];

/** `-c` arguments that send one run of Codex to the gateway. They come first, so that the user's own
 *  `-c` and `-m` win.
 *  @param catalogFile  replaces the user's own catalogue file.
 *  @param quiet        nothing of Codex's own may leave the machine. */
export function gatewayOverrides(
  entry: ProviderEntry,
  providerId: string,
  model: string,
  catalogFile?: string,
  quiet = false,
): string[] {
  const settings: [string, string][] = [
    ['model_provider', toToml(providerId)],
    [`model_providers.${providerId}`, toToml(providerMembers(entry))],
    ['model', toToml(model)],
  ];
  if (catalogFile !== undefined) settings.push(['model_catalog_json', toToml(catalogFile)]);
  if (quiet) settings.push(...QUIET);
  return settings.flatMap(([key, value]) => ['-c', `${key}=${value}`]);
}
