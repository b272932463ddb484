import type { NewConfig } from '../../config/new-config.ts';
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

type Model = NewConfig['models'][number];

/** The route that Codex is pointed at. */
const DEFAULT_ROUTE = 'codex-default';
/** How many models of a local server join the file, and how many providers the default route. */
const LOCAL_LIMIT = 8;
const ROUTE_LIMIT = 3;

/** What config.yaml is to hold for what was found, best first. */
export function planConfig(found: readonly FoundProvider[]): NewConfig {
  const providers = [...found].sort((a, b) => rank(a) - rank(b));
  const models = providers.flatMap(modelsOf);
  const targets = routeTargets(providers, models);
  return {
    providers: providers.map((provider) => ({
      id: provider.preset,
      preset: provider.preset,
      ...(provider.kind === 'key' ? { keyVariable: provider.keyVariable } : {}),
      ...(provider.kind === 'local' && provider.baseUrl !== undefined ? { baseUrl: provider.baseUrl } : {}),
    })),
    models,
    wildcards: providers.flatMap(({ preset }) => {
      const pick = suggestionFor(preset)?.pick;
      return pick === undefined ? [] : [{ provider: preset, pick }];
    }),
    routes: targets.length === 0 ? [] : [{ slug: DEFAULT_ROUTE, targets }],
    ...(targets.length === 0 ? {} : { defaultModel: DEFAULT_ROUTE }),
  };
}

function modelsOf(provider: FoundProvider): readonly Model[] {
  const named =
    provider.kind === 'key'
      ? (suggestionFor(provider.preset)?.models ?? [])
      : codersFirst(provider.models).slice(0, LOCAL_LIMIT).map(localModel);
  return named.map(({ slug, id }) => ({
    slug,
    provider: provider.preset,
    ...(id === slug ? {} : { upstreamId: id }),
  }));
}

/** The best model of each provider. */
function routeTargets(providers: readonly FoundProvider[], models: readonly Model[]): readonly string[] {
  const remote = providers.filter((provider) => provider.kind === 'key');
  return (remote.length > 0 ? remote : providers)
    .flatMap((provider) => models.find((model) => model.provider === provider.preset)?.slug ?? [])
    .slice(0, ROUTE_LIMIT);
}

function rank(provider: FoundProvider): number {
  const place = SUGGESTIONS.findIndex((suggestion) => suggestion.preset === provider.preset);
  return provider.kind === 'local' || place === -1 ? SUGGESTIONS.length : place;
}

function suggestionFor(preset: string): (typeof SUGGESTIONS)[number] | undefined {
  return SUGGESTIONS.find((suggestion) => suggestion.preset === preset);
}

function codersFirst(ids: readonly string[]): readonly string[] {
  const isCoder = (id: string): number => (/cod(e|er)|devstral/i.test(id) ? 0 : 1);
  return ids.filter((id) => !/embed|rerank|whisper/i.test(id)).sort((a, b) => isCoder(a) - isCoder(b));
}

/** A local model's slug is one word that says where it runs. */
function localModel(id: string): { readonly slug: string; readonly id: string } {
  return { slug: `local-${id.replace(/:latest$/, '').replaceAll(/[^\w.-]+/g, '-')}`, id };
}
