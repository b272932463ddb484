import type { Model, Target } from '../providers/provider.ts';
import type { Reason } from './reason.ts';

/** Who served a session last, of those that one slug stands for: there lies its prompt cache, and whose key it was can
 *  read its encrypted reasoning.
 *  @property warm  the cache may still be there. */
export type Affinity = {
  readonly slug: string;
  readonly provider: string;
  readonly upstreamId: string;
  readonly credentialId?: string;
  readonly warm: boolean;
};

export function affinityOf({ model, credential }: Target, warm: boolean): Affinity {
  return {
    slug: model.slug,
    provider: model.provider.id,
    upstreamId: model.upstreamId,
    ...(credential === null ? {} : { credentialId: credential.id }),
    warm,
  };
}

/** The models in the order given, but for the one that holds the session's warm cache: it comes first, until it fails or
 *  the cache is cold; then the order of the route holds again. A strategy says who may serve, and is not overruled. */
export function holderFirst<M extends Model>(
  models: readonly M[],
  affinity: Affinity | undefined,
): { readonly models: readonly M[]; readonly why: readonly Reason[] } {
  const holder = affinity?.warm === true ? models.find((model) => isHolder(model, affinity)) : undefined;
  if (holder === undefined || holder === models[0]) return { models, why: [] };
  const text = `"${holder.slug}" served this session last and holds its cache, so it is tried first.`;
  return { models: [holder, ...models.filter((model) => model !== holder)], why: [{ slug: holder.slug, text }] };
}

/** The key that served the session last, where it was one of this model's: warm or not, since encrypted reasoning does
 *  not get cold. */
export function heldKey(model: Model, affinity: Affinity | undefined): string | undefined {
  return affinity !== undefined && isHolder(model, affinity) ? affinity.credentialId : undefined;
}

function isHolder(model: Model, affinity: Affinity): boolean {
  return (
    model.slug === affinity.slug && model.provider.id === affinity.provider && model.upstreamId === affinity.upstreamId
  );
}
