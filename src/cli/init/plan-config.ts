import type { NewConfig, NewModel, NewProvider } from '../../config/new-config.ts';
import { type Available, codersFirst, freeSlug, localSlug, offeredAliases } from './aliases.ts';
import { SUGGESTIONS } from './suggestions.ts';

/** A provider that was found. @property keyVariable  the variable that holds its key.
 *  @property models   of a local server: the ids of what it has.
 *  @property baseUrl  where it is, if not where its preset says. */
export type FoundProvider =
  | FoundKey
  | {
      readonly kind: 'local';
      readonly preset: string;
      readonly name: string;
      readonly models: readonly string[];
      readonly baseUrl?: string;
    };

/** @property also  presets of the same maker that the same key may be for: another plan, region or protocol. */
export type FoundKey = {
  readonly kind: 'key';
  readonly preset: string;
  readonly name: string;
  readonly keyVariable: string;
  readonly also?: readonly string[];
};

/** The route that Codex is pointed at. */
const DEFAULT_ROUTE = 'codex-default';
/** How many models of a local server join the file. */
const LOCAL_LIMIT = 8;

/** What config.yaml is to hold for what was found, best first. */
export function planConfig(found: readonly FoundProvider[]): NewConfig {
  const providers = [...found].sort((a, b) => rank(a) - rank(b));
  const own = namedApart(providers.flatMap(modelsOf));
  const { models: more, routes } = offeredAliases(
    providers.map((provider) => availableOf(provider, own)),
    new Set(own.map(({ slug }) => slug)),
  );
  return {
    providers: providers.map(newProvider),
    // An alias may need one that has no place among the first of its server.
    models: [...own, ...more],
    wildcards: providers.flatMap(({ preset }) => {
      const pick = suggestionFor(preset)?.pick;
      return pick === undefined ? [] : [{ provider: preset, pick }];
    }),
    routes,
    ...(routes.some(({ slug }) => slug === DEFAULT_ROUTE) ? { defaultModel: DEFAULT_ROUTE } : {}),
  };
}

export function newProvider(provider: FoundProvider): NewProvider {
  return {
    id: provider.preset,
    preset: provider.preset,
    ...(provider.kind === 'key' ? { keyVariable: provider.keyVariable } : {}),
    ...(provider.kind === 'local' && provider.baseUrl !== undefined ? { baseUrl: provider.baseUrl } : {}),
  };
}

function modelsOf(provider: FoundProvider): readonly NewModel[] {
  const named =
    provider.kind === 'key'
      ? (suggestionFor(provider.preset)?.models ?? [])
      : codersFirst(provider.models)
          .slice(0, LOCAL_LIMIT)
          .map((id) => ({ slug: localSlug(id), id, contextWindow: undefined }));
  return named.map(({ slug, id, contextWindow }) => ({
    slug,
    provider: provider.preset,
    ...(id === slug ? {} : { upstreamId: id }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
  }));
}

/** Two servers of this machine may have the same model. */
function namedApart(models: readonly NewModel[]): readonly NewModel[] {
  const taken = new Set<string>();
  return models.map((model) => {
    const slug = freeSlug(model.slug, model.provider, taken);
    taken.add(slug);
    return slug === model.slug ? model : { ...model, slug, upstreamId: model.upstreamId ?? model.slug };
  });
}

function availableOf(provider: FoundProvider, models: readonly NewModel[]): Available {
  return {
    id: provider.preset,
    preset: provider.preset,
    models: models
      .filter((model) => model.provider === provider.preset)
      .map(({ slug, upstreamId = slug }) => ({ slug, id: upstreamId })),
    ...(provider.kind === 'local' ? { local: provider.models } : {}),
  };
}

function rank(provider: FoundProvider): number {
  const place = SUGGESTIONS.findIndex((suggestion) => suggestion.preset === provider.preset);
  return provider.kind === 'local' || place === -1 ? SUGGESTIONS.length : place;
}

function suggestionFor(preset: string): (typeof SUGGESTIONS)[number] | undefined {
  return SUGGESTIONS.find((suggestion) => suggestion.preset === preset);
}
