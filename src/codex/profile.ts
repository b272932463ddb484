import { join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { isJsonObject, type JsonObject } from '../ir/json.ts';
import { holdsSecret, PROVIDER_ID, type ProviderEntry, providerTable, toToml } from './provider-entry.ts';
import { type FilePort, nodeFiles } from './takeover/file-port.ts';
import { replaceFile } from './takeover/replace-file.ts';
import { TakeoverError } from './takeover/takeover-error.ts';

/** The first line of a profile that is ours to overwrite. */
const OURS = '# Written by `plugboard profile write`; use it with';

/** @property catalogFile  our catalogue, where the main configuration names one of its own: a profile cannot unset it.
 *  @property overwrite    also a file that we did not write. */
export type ProfileOptions = {
  readonly codexHome: string;
  readonly name: string;
  readonly model: string;
  readonly entry: ProviderEntry;
  readonly catalogFile?: string;
  readonly overwrite?: boolean;
};

/** Writes `CODEX_HOME/NAME.config.toml`, which `codex --profile NAME` lays over the main configuration. That one stays
 *  as it is.
 *  @returns the file's path.
 *  @throws TakeoverError for a name that Codex does not take, and for a file that is not ours. */
export function writeProfile(options: ProfileOptions, files: FilePort = nodeFiles): string {
  const { codexHome, name } = options;
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    throw new TakeoverError(`"${name}" is no name for a profile: letters, digits, - and _ only.`);
  }
  const path = join(codexHome, `${name}.config.toml`);
  const target = files.target(path);
  const before = files.read(target);
  const foreign = before !== undefined && !Buffer.from(before.bytes).toString('utf8').startsWith(OURS);
  if (foreign && !options.overwrite) {
    throw new TakeoverError(
      `${path} is not ours, so it is left as it is. Take another name (\`plugboard profile write ${name}-gateway\`) or ` +
        'overwrite it with --force.',
    );
  }
  if (!files.exists(codexHome)) files.makeDirectory(codexHome);
  replaceFile(files, target, {
    bytes: Buffer.from(profileText(options)),
    mode: holdsSecret(options.entry) ? 0o600 : 0o644,
  });
  return path;
}

/** Is it a profile as we write it? One to which the user has added settings is not. */
export function isOwnProfile(text: string): boolean {
  if (!text.startsWith(OURS)) return false;
  const profile = parsed(text);
  const providers = isJsonObject(profile?.['model_providers']) ? Object.keys(profile['model_providers']) : [];
  const members = ['model', 'model_provider', 'model_catalog_json', 'model_providers'];
  return (
    profile !== undefined &&
    Object.keys(profile).every((key) => members.includes(key)) &&
    providers.every((id) => id === PROVIDER_ID)
  );
}

function parsed(text: string): JsonObject | undefined {
  try {
    const profile: unknown = parse(text);
    return isJsonObject(profile) ? profile : undefined;
  } catch (error) {
    if (error instanceof TomlError) return undefined;
    throw error;
  }
}

export function profileText({ name, model, entry, catalogFile }: ProfileOptions): string {
  const lines = [
    `${OURS} \`codex --profile ${name}\`.`,
    `model = ${toToml(model)}`,
    `model_provider = ${toToml(PROVIDER_ID)}`,
    ...(catalogFile === undefined ? [] : [`model_catalog_json = ${toToml(catalogFile)}`]),
    '',
    ...providerTable(entry),
  ];
  return `${lines.join('\n')}\n`;
}
