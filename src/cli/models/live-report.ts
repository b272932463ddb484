import type { DiscoveredModel, Snapshot } from '../../config/snapshot.ts';
import { isSameModel, matchesModel } from '../../providers/known-model.ts';
import type { Model } from '../../providers/provider.ts';
import type { ProviderList } from './live-lists.ts';

/** What a provider's own list says against the configuration.
 *  @property listed   how many models it has.
 *  @property fresh    models that nobody can ask for yet: in no entry and under no wildcard.
 *  @property missing  entries whose model it does not have.
 *  @property windows  models of which it tells another window than is known here; of one that was made for more, nothing. */
export type LiveReport = {
  readonly provider: string;
  readonly state: ProviderList['state'];
  readonly why?: string;
  readonly listed: number;
  readonly fresh: readonly DiscoveredModel[];
  readonly missing: readonly { readonly slug: string; readonly model: string }[];
  readonly windows: readonly WindowDifference[];
};

/** Tokens. @property here  of the configuration or the preset. */
export type WindowDifference = {
  readonly slug: string;
  readonly model: string;
  readonly here: number;
  readonly told: number;
};

/** In the order of the configuration. */
export function liveReports(snapshot: Snapshot, lists: ReadonlyMap<string, ProviderList>): readonly LiveReport[] {
  return [...lists].map(([provider, list]) => {
    if (list.state !== 'listed') {
      return { provider, state: list.state, why: list.why, listed: 0, fresh: [], missing: [], windows: [] };
    }
    const own = snapshot.models.filter((model) => model.provider.id === provider);
    const globs = snapshot.wildcards.filter((wildcard) => wildcard.provider.id === provider);
    const isServed = ({ id }: DiscoveredModel): boolean =>
      own.some((model) => isSameModel(id, model.upstreamId)) || globs.some(({ match }) => matchesModel(match, id));
    return {
      provider,
      state: list.state,
      listed: list.models.length,
      fresh: list.models.filter((model) => !isServed(model)),
      missing: own
        .filter((model) => find(list.models, model) === undefined)
        .map((model) => ({ slug: model.slug, model: model.upstreamId })),
      windows: own.flatMap((model) => difference(model, find(list.models, model), list.madeFor)),
    };
  });
}

function find(models: readonly DiscoveredModel[], { upstreamId }: Model): DiscoveredModel | undefined {
  return models.find(({ id }) => isSameModel(id, upstreamId));
}

function difference(
  model: Model,
  listed: DiscoveredModel | undefined,
  madeFor: ReadonlySet<string>,
): readonly WindowDifference[] {
  const here = model.facts.contextWindow;
  const told = listed?.facts.contextWindow;
  if (listed === undefined || here === undefined || told === undefined || here === told) return [];
  if (madeFor.has(listed.id) && here < told) return [];
  return [{ slug: model.slug, model: model.upstreamId, here, told }];
}
