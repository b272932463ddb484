import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';

/** What `init` found. @property keyVariable  where the key is read from; absent: the provider needs none.
 *  @property upstreamId  left out where it is the slug. @property pick  globs over a provider's whole list. */
export type NewConfig = {
  readonly providers: readonly NewProvider[];
  readonly models: readonly NewModel[];
  readonly wildcards: readonly { readonly provider: string; readonly pick: readonly string[] }[];
  readonly routes: readonly { readonly slug: string; readonly targets: readonly string[] }[];
  readonly defaultModel?: string;
};
export type NewProvider = {
  readonly id: string;
  readonly preset: string;
  readonly baseUrl?: string;
  readonly keyVariable?: string;
};
export type NewModel = { readonly slug: string; readonly provider: string; readonly upstreamId?: string };

/** The text of a first config.yaml: one line each, with a word on what stands where. */
export function newConfigText(config: NewConfig): string {
  const lines = [
    '# What Plugboard serves. Checked when it is saved; a running gateway takes a change at once.',
    '# For editors: plugboard config schema',
    '',
    '# Where calls go. Keys are read from the environment or from .env in this folder.',
    ...section(
      'providers',
      config.providers.map((provider) => `  ${quoted(provider.id)}: ${flow(providerEntry(provider))}`),
    ),
    '',
    '# What agents may ask for, in the order of their picker.',
    ...section('models', [
      ...config.models.map(({ slug, provider, upstreamId }) => {
        return `  - ${flow({ slug, provider, ...(upstreamId === undefined ? {} : { model: upstreamId }) })}`;
      }),
      ...config.wildcards.map(({ provider, pick }) => `  - ${flow({ provider, match: '*', pick })}`),
    ]),
  ];
  if (config.routes.length > 0) {
    const routes = config.routes.map(
      ({ slug, targets }) => `  ${quoted(slug)}: ${flow({ strategy: 'fallback', targets })}`,
    );
    lines.push(
      '',
      '# Names that stand for several models: the next is tried when one fails.',
      ...section('routes', routes),
    );
  }
  if (config.defaultModel !== undefined) lines.push('', `default_model: ${quoted(config.defaultModel)}`);
  return `${lines.join('\n')}\n`;
}

/** @throws the file system's EEXIST where there is a file already: nothing that the user wrote is lost. */
export function writeNewConfig(file: string, text: string): void {
  writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
}

function providerEntry({ preset, baseUrl, keyVariable }: NewProvider): object {
  return {
    preset,
    ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
    ...(keyVariable === undefined ? {} : { api_key: `\${${keyVariable}}` }),
  };
}

function section(name: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [`# ${name}:`] : [`${name}:`, ...lines];
}

function flow(value: object): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

function quoted(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}
