import { routeWindow, servingBehind } from '../config/models-behind.ts';
import type { Snapshot } from '../config/snapshot.ts';
import { fixedView } from '../config/view.ts';
import { priceOf } from '../metering/pricing.ts';
import { fenceOf } from '../policy/egress.ts';
import { isSameModel } from '../providers/known-model.ts';
import type { Model, Price } from '../providers/provider.ts';
import { anyModelOf } from '../upstream/ask-provider.ts';
import type { DeploymentHealth, GatewayModel } from './gateway-models.ts';
import type { ProviderList } from './models/live-lists.ts';

/** One line of the list. @property keptOut  the limit of the policy that does not let it pass, by its place; a whole list
 *  may hold models that do not pass all the same. @property price  `null`: unpriced. @property live  only where the providers were asked. */
export type ModelRow = {
  readonly slug: string;
  readonly kind: 'model' | 'route' | 'all models';
  readonly provider: string | null;
  readonly model: string | null;
  readonly targets?: readonly string[];
  readonly strategy?: string;
  readonly contextWindow: number | null;
  readonly price: Price | null;
  readonly local: boolean;
  readonly keptOut: string | null;
  readonly health: DeploymentHealth | null;
  readonly live?: Live;
  readonly isDefault: boolean;
};

/** What the provider's own list says. @property known  `null`: it gave none, and `why` says why. */
type Live = { readonly known: boolean | null; readonly why?: string };

/** Models, routes and whole lists, in the order of the configuration.
 *  @param known   by slug, what the running gateway knows.
 *  @param lists   by provider, where they were asked. */
export function modelRows(
  snapshot: Snapshot,
  known: ReadonlyMap<string, GatewayModel>,
  lists: ReadonlyMap<string, ProviderList> | undefined,
): readonly ModelRow[] {
  const now = Date.now();
  const fence = fenceOf(snapshot.policy);
  const keptOut = (model: Model): string | null => fence.refuses(model, model.provider.proxy)?.place ?? null;
  const isDefault = (slug: string): boolean => slug === snapshot.defaultModel;
  return [
    ...snapshot.models.map(
      (model): ModelRow => ({
        slug: model.slug,
        kind: 'model',
        provider: model.provider.id,
        model: model.upstreamId,
        contextWindow: windowOf(model, known),
        price: priceOf(model, now) ?? null,
        local: model.provider.local,
        keptOut: keptOut(model),
        health: known.get(model.slug)?.health ?? null,
        ...(lists === undefined ? {} : { live: liveness(model, lists) }),
        isDefault: isDefault(model.slug),
      }),
    ),
    ...snapshot.routes.map(
      (route): ModelRow => ({
        slug: route.slug,
        kind: 'route',
        provider: null,
        model: null,
        targets: route.targets,
        strategy: route.strategy,
        contextWindow: windowOfRoute(route.slug, snapshot, known),
        price: null,
        local: false,
        keptOut: null,
        health: null,
        isDefault: isDefault(route.slug),
      }),
    ),
    ...snapshot.wildcards.map(
      ({ provider, match }): ModelRow => ({
        slug: `${provider.id}/${match}`,
        kind: 'all models',
        provider: provider.id,
        model: match,
        contextWindow: null,
        price: null,
        local: provider.local,
        keptOut: keptOut(anyModelOf(provider)),
        health: null,
        isDefault: false,
      }),
    ),
  ];
}

function windowOf(model: Model, known: ReadonlyMap<string, GatewayModel>): number | null {
  return model.facts.contextWindow ?? known.get(model.slug)?.contextWindow ?? null;
}

/** As Codex is told it. */
function windowOfRoute(slug: string, snapshot: Snapshot, known: ReadonlyMap<string, GatewayModel>): number | null {
  const models = servingBehind(slug, fixedView(snapshot));
  return models.length === 0 ? null : routeWindow(models.map((model) => windowOf(model, known) ?? undefined));
}

function liveness(model: Model, lists: ReadonlyMap<string, ProviderList>): Live {
  const list = lists.get(model.provider.id);
  if (list === undefined) return { known: null, why: "it wants Codex's own login" };
  if (list.state !== 'listed') return { known: null, why: list.why };
  return { known: list.models.some(({ id }) => isSameModel(id, model.upstreamId)) };
}
