import { fenceOf } from '../policy/egress.ts';
import { matchesModel } from '../providers/known-model.ts';
import type { Model } from '../providers/provider.ts';
import type { RouteView } from '../routing/plan.ts';
import { wildcardModel } from './facts.ts';
import type { Snapshot } from './snapshot.ts';

/** What of a router's view the configuration alone gives. Made once for each snapshot. */
export type FixedView = Pick<
  RouteView,
  'resolve' | 'routes' | 'slugs' | 'defaultModel' | 'unavailable' | 'fence' | 'dispatch' | 'adaptive'
>;

export function fixedView(snapshot: Snapshot): FixedView {
  let fixed = made.get(snapshot);
  if (fixed === undefined) {
    fixed = viewOf(snapshot);
    made.set(snapshot, fixed);
  }
  return fixed;
}

const made = new WeakMap<Snapshot, FixedView>();

/** Clients choose the names, so the table of a wildcard's models must not grow without end. */
const MAX_REMEMBERED = 1_000;

function viewOf(snapshot: Snapshot): FixedView {
  const models = new Map(snapshot.models.map((model) => [model.slug, model]));
  const remembered = new Map<string, Model>();
  const resolve = (slug: string): Model | undefined => {
    const known = models.get(slug) ?? remembered.get(slug);
    if (known !== undefined) return known;
    const model = wildcard(snapshot, slug);
    if (model === undefined) return undefined;
    // The same value for the same slug: what is compiled for a model is kept by its identity.
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(slug, model);
    return model;
  };
  return {
    resolve,
    routes: new Map(snapshot.routes.map((route) => [route.slug, route])),
    slugs: [
      ...new Set([...models.keys(), ...snapshot.routes.map((route) => route.slug), ...discoveredSlugs(snapshot)]),
    ],
    defaultModel: snapshot.defaultModel,
    unavailable: (slug) => unavailable(snapshot, slug),
    fence: fenceWords(snapshot),
    dispatch: snapshot.dispatch,
    adaptive: snapshot.adaptive,
  };
}

/** The first wall of the fence, for plans; the second stands in front of the wire and also knows the proxies. */
function fenceWords({ policy }: Snapshot): RouteView['fence'] {
  const fence = fenceOf(policy);
  return (model) => fence.refuses(model, model.provider.proxy)?.message;
}

function wildcard(snapshot: Snapshot, slug: string): Model | undefined {
  for (const { provider, match } of snapshot.wildcards) {
    const id = slug.startsWith(`${provider.id}/`) ? slug.slice(provider.id.length + 1) : '';
    if (id !== '' && matchesModel(match, id)) return wildcardModel(provider, id, snapshot.discovered);
  }
  return undefined;
}

function unavailable(snapshot: Snapshot, slug: string): string | undefined {
  const off = snapshot.disabled.find((provider) => provider.slugs.some((name) => matchesModel(name, slug)));
  return off === undefined ? undefined : `its provider ${off.id} is off: ${off.reason}`;
}

function discoveredSlugs(snapshot: Snapshot): readonly string[] {
  return snapshot.wildcards.flatMap(({ provider, match }) =>
    (snapshot.discovered.get(provider.id) ?? [])
      .filter((model) => matchesModel(match, model.id))
      .map((model) => `${provider.id}/${model.id}`),
  );
}
