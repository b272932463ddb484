import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';

/** What `init` found. @property keyVariable  where the key is read from; absent: the provider needs none.
 *  @property upstreamId  left out where it is the slug. @property pick  globs over a provider's whole list. */
export type NewConfig = {
  readonly providers: readonly NewProvider[];
  readonly models: readonly NewModel[];
  readonly wildcards: readonly { readonly provider: string; readonly pick: readonly string[] }[];
  readonly routes: readonly NewRoute[];
  readonly defaultModel?: string;
};
export type NewProvider = {
  readonly id: string;
  readonly preset: string;
  readonly baseUrl?: string;
  readonly keyVariable?: string;
};
export type NewModel = {
  readonly slug: string;
  readonly provider: string;
  readonly upstreamId?: string;
  readonly contextWindow?: number;
};
export type NewRoute = {
  readonly slug: string;
  readonly strategy?: string;
  readonly targets: readonly string[];
  readonly rules?: readonly { readonly when: readonly string[]; readonly use: string }[];
};

/** The text of a first config.yaml: one line each, with a word on what stands where. */
export function newConfigText(config: NewConfig): string {
  const lines = [
    '# What Plugboard serves. Checked when it is saved; a running gateway takes a change at once.',
    '# For editors: plugboard config schema',
    '',
    '# Where calls go. Keys are read from the environment or from .env in this folder.',
    ...section(
      'providers',
      config.providers.map((provider) => `  ${providerEntryText(provider)}`),
    ),
    '',
    '# What agents may ask for, in the order of their picker.',
    ...section('models', [
      ...config.models.map((model) => `  - ${modelEntryText(model)}`),
      ...config.wildcards.map(({ provider, pick }) => `  - ${flow({ provider, match: '*', pick })}`),
    ]),
  ];
  if (config.routes.length > 0) {
    const routes = config.routes.map((route) => `  ${routeEntryText(route)}`);
    lines.push(
      '',
      '# Names that stand for several models: which one serves a call, and what follows when it fails.',
      ...section('routes', routes),
    );
  }
  if (config.defaultModel !== undefined) lines.push('', `default_model: ${quoted(config.defaultModel)}`);
  return `${lines.join('\n')}\n`;
}

/** A provider's key and entry on one line. */
export function providerEntryText(provider: NewProvider): string {
  return `${quoted(provider.id)}: ${flow(providerEntry(provider))}`;
}

/** A model's entry on one line. */
export function modelEntryText(model: NewModel): string {
  return flow(modelEntry(model));
}

export function modelEntry({ slug, provider, upstreamId, contextWindow }: NewModel): object {
  return {
    slug,
    provider,
    ...(upstreamId === undefined ? {} : { model: upstreamId }),
    ...(contextWindow === undefined ? {} : { context_window: contextWindow }),
  };
}

/** A route's key and entry on one line. */
export function routeEntryText(route: NewRoute): string {
  return `${quoted(route.slug)}: ${flow(routeEntry(route))}`;
}

export function routeEntry({ strategy = 'fallback', targets, rules }: NewRoute): object {
  return { strategy, targets, ...(rules === undefined ? {} : { rules }) };
}

/** @throws the file system's EEXIST where there is a file already: nothing that the user wrote is lost. */
export function writeNewConfig(file: string, text: string): void {
  writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
}

export function providerEntry({ preset, baseUrl, keyVariable }: NewProvider): object {
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
