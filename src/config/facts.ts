import { isSameModel, matchesModel, modelFacts } from '../providers/known-model.ts';
import type { Model, ModelFacts, Provider } from '../providers/provider.ts';
import type { Discovered, Snapshot } from './snapshot.ts';

/** Stands in for what nobody told: user, preset, nor provider. A window that is too large makes an agent's calls fail; one
 *  that is too small makes it compact all the time: so the smallest with which Codex can work, which every current coding
 *  model has. Text alone, since an image sent to a model that has no eyes is an error. */
export const SAFE_FACTS = {
  contextWindow: 64_000,
  inputModalities: ['text'],
  reasoningLevels: [],
} as const satisfies ModelFacts;

/** A model's facts with none left open. */
export type CompleteFacts = ModelFacts & Required<Pick<ModelFacts, keyof typeof SAFE_FACTS>>;

export function completeFacts(model: Model): CompleteFacts {
  return { ...SAFE_FACTS, ...model.facts };
}

/** What is known of a model before its provider is asked. @param own  what the user wrote, which wins. */
export function knownFacts(provider: Provider, upstreamId: string, own: ModelFacts = {}): ModelFacts {
  return { ...modelFacts(provider.knownModels ?? [], upstreamId), ...own };
}

/** The snapshot with what the providers told of their models: facts that neither user nor preset gave, and the
 *  wildcards' picks as listed models, in the providers' order, behind the models of the file.
 *  @param snapshot    as it was loaded, not one that this function gave: else what a provider told first would stay.
 *  @param discovered  by provider id; a provider that did not answer is absent, and its models keep what is known. */
export function withDiscoveredFacts(snapshot: Snapshot, discovered: Discovered): Snapshot {
  const models = snapshot.models.map((model) => ({
    ...model,
    facts: { ...toldFacts(discovered, model.provider, model.upstreamId), ...model.facts },
  }));
  const slugs = new Set(models.map((model) => model.slug));
  const picked: Model[] = [];
  for (const { provider, match, pick } of snapshot.wildcards) {
    for (const { id } of discovered.get(provider.id) ?? []) {
      const slug = `${provider.id}/${id}`;
      if (slugs.has(slug) || !matchesModel(match, id) || !pick.some((glob) => matchesModel(glob, id))) continue;
      slugs.add(slug);
      picked.push({ ...wildcardModel(provider, id, discovered), listed: true });
    }
  }
  return Object.freeze({ ...snapshot, models: [...models, ...picked], discovered });
}

/** One model of a wildcard: its slug is `providerId/ID`. */
export function wildcardModel(provider: Provider, id: string, discovered: Discovered): Model {
  const told = toldFacts(discovered, provider, id);
  return {
    slug: `${provider.id}/${id}`,
    displayName: id,
    provider,
    upstreamId: id,
    facts: { ...told, ...knownFacts(provider, id) },
    listed: false,
  };
}

/** What a provider told of one model. Left out: it did not say. */
export function toldFacts(discovered: Discovered, provider: Provider, upstreamId: string): ModelFacts {
  return discovered.get(provider.id)?.find((model) => isSameModel(model.id, upstreamId))?.facts ?? {};
}
