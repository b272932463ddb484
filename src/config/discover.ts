import { isJsonObject, type Json, type JsonObject } from '../ir/json.ts';
import { isNonEmpty } from '../ir/non-empty.ts';
import type { ModelFacts, Provider } from '../providers/provider.ts';
import type { Discovered, DiscoveredModel, Snapshot } from './snapshot.ts';

/** One GET at a provider, signed as its calls are. @returns the reply's JSON; `undefined` where there was none: not
 *  answering is no error here. @param path  as in `ModelList`. */
export type AskProvider = (provider: Provider, path: string) => Promise<Json | undefined>;

/** Asks each provider for its models, where something is open that it could tell: a wildcard's list, or the window of a
 *  model that neither user nor preset knows. All at once; a provider that does not answer is left out. */
export async function discoverModels(snapshot: Snapshot, ask: AskProvider): Promise<Discovered> {
  const asked = [...snapshot.providers.values()].filter((provider) => leavesOpen(snapshot, provider));
  const told = await Promise.all(asked.map(async (provider) => [provider.id, await askModels(provider, ask)] as const));
  return new Map(told.filter(([, models]) => models.length > 0));
}

function leavesOpen(snapshot: Snapshot, provider: Provider): boolean {
  return (
    snapshot.wildcards.some((wildcard) => wildcard.provider === provider) ||
    (provider.modelList !== undefined &&
      snapshot.models.some((model) => model.provider === provider && model.facts.contextWindow === undefined))
  );
}

/** What one provider tells of its models; of those in memory, the window that they really have. */
export async function askModels(provider: Provider, ask: AskProvider): Promise<readonly DiscoveredModel[]> {
  const { path = '/models', contextField, loaded } = provider.modelList ?? {};
  const [list, inMemory] = await Promise.all([
    ask(provider, path),
    loaded === undefined ? undefined : ask(provider, loaded.path),
  ]);
  const windows = new Map(
    listedModels(inMemory, loaded?.contextField).map((model) => [model.id, model.facts.contextWindow]),
  );
  return listedModels(list, contextField).map((model) => {
    const contextWindow = windows.get(model.id);
    return contextWindow === undefined ? model : { ...model, facts: { ...model.facts, contextWindow } };
  });
}

/** The models of a list in any of its usual forms: `{data: [...]}`, `{models: [...]}` or the list alone.
 *  @param contextField  the member that tells the window, as a dotted path: `meta.n_ctx`. */
export function listedModels(list: Json | undefined, contextField?: string): readonly DiscoveredModel[] {
  return entriesOf(list).flatMap((entry) => {
    if (!isJsonObject(entry)) return [];
    const id = [entry['id'], entry['name'], entry['model']].find((name) => typeof name === 'string' && name !== '');
    return typeof id === 'string' ? [{ id, facts: factsOf(entry, contextField) }] : [];
  });
}

function entriesOf(list: Json | undefined): readonly Json[] {
  if (isList(list)) return list;
  if (!isJsonObject(list)) return [];
  return [list['data'], list['models']].find(isList) ?? [];
}

function factsOf(entry: JsonObject, contextField: string | undefined): ModelFacts {
  const window = contextField === undefined ? undefined : memberAt(entry, contextField);
  const modalities = memberAt(entry, 'architecture.input_modalities') ?? entry['input_modalities'];
  return {
    ...(typeof window === 'number' && Number.isInteger(window) && window > 0 ? { contextWindow: window } : {}),
    ...(isList(modalities) && isNonEmpty(modalities)
      ? { inputModalities: modalities.includes('image') ? (['text', 'image'] as const) : (['text'] as const) }
      : {}),
  };
}

function memberAt(value: JsonObject, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((node, step) => {
    if (isList(node)) return node[Number(step)];
    return isJsonObject(node) ? node[step] : undefined;
  }, value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
