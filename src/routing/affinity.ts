import type { NonEmpty } from '../ir/non-empty.ts';
import type { Model, Target } from '../providers/provider.ts';
import type { Reason } from './reason.ts';

/** Who served a session last, of those that one slug stands for: there lies its prompt cache, and whose key it was can
 *  read its encrypted reasoning.
 *  @property warm          the cache may still be there.
 *  @property cachedTokens  what its last call left in the cache; absent: nothing that is known. */
export type Affinity = {
  readonly slug: string;
  readonly provider: string;
  readonly upstreamId: string;
  readonly credentialId?: string;
  readonly warm: boolean;
  readonly cachedTokens?: number;
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

/** The branches of a route in the order given, but for the one that holds the session's warm cache: it comes first, until
 *  it fails or the cache is cold; then the order of the strategy holds again. What the strategy left out stays out. */
export function holderFirst<B extends { readonly models: readonly Model[] }>(
  branches: NonEmpty<B>,
  affinity: Affinity | undefined,
): { readonly branches: NonEmpty<B>; readonly why: readonly Reason[] } {
  const holder = affinity?.warm === true ? branches.find(({ models }) => holds(models, affinity)) : undefined;
  if (affinity === undefined || holder === undefined || holder === branches[0]) return { branches, why: [] };
  const text = `"${affinity.slug}" served this session last and holds its cache, so it is tried first.`;
  return {
    branches: [holder, ...branches.filter((branch) => branch !== holder)],
    why: [{ slug: affinity.slug, text }],
  };
}

/** Is the one who served last among these? */
function holds(models: readonly Model[], affinity: Affinity): boolean {
  return models.some((model) => isHolder(model, affinity));
}

/** The key that served the session last, where it was one of this model's: warm or not, since encrypted reasoning does
 *  not get cold. */
export function heldKey(model: Model, affinity: Affinity | undefined): string | undefined {
  return affinity !== undefined && isHolder(model, affinity) ? affinity.credentialId : undefined;
}

export function isHolder(model: Model, affinity: Affinity): boolean {
  return (
    model.slug === affinity.slug && model.provider.id === affinity.provider && model.upstreamId === affinity.upstreamId
  );
}
