import { isJsonObject, type Json, type JsonObject } from '../ir/json.ts';
import { isNonEmpty } from '../ir/non-empty.ts';
import type { ModelFacts, ModelList, Provider } from '../providers/provider.ts';
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
  const form = provider.modelList ?? { path: '/models' };
  const { path, loaded } = form;
  const [list, inMemory] = await Promise.all([
    ask(provider, path),
    loaded === undefined ? undefined : ask(provider, loaded.path),
  ]);
  const windows = new Map(listedModels(inMemory, loaded).map((model) => [model.id, model.facts.contextWindow]));
  return listedModels(list, form).map((model) => {
    const contextWindow = windows.get(model.id);
    return contextWindow === undefined ? model : { ...model, facts: { ...model.facts, contextWindow } };
  });
}

/** The models of a list in any of its usual forms: `{data: [...]}`, `{models: [...]}` or the list alone.
 *  @param form  which members tell what, as dotted paths: `meta.n_ctx`. */
export function listedModels(list: Json | undefined, form: ListForm = {}): readonly DiscoveredModel[] {
  const { idPrefix = '' } = form;
  return entriesOf(list).flatMap((entry) => {
    if (!isJsonObject(entry)) return [];
    const name = [entry['id'], entry['name'], entry['model']].find((word) => typeof word === 'string' && word !== '');
    if (typeof name !== 'string') return [];
    const id = name.startsWith(idPrefix) ? name.slice(idPrefix.length) : name;
    return [{ id, facts: factsOf(entry, form) }];
  });
}

type ListForm = Partial<Omit<ModelList, 'path' | 'loaded'>>;

function entriesOf(list: Json | undefined): readonly Json[] {
  if (isList(list)) return list;
  if (!isJsonObject(list)) return [];
  return [list['data'], list['models']].find(isList) ?? [];
}

function factsOf(entry: JsonObject, { contextField, outputField }: ListForm): ModelFacts {
  const contextWindow = tokensAt(entry, contextField);
  const maxOutputTokens = tokensAt(entry, outputField);
  const modalities = memberAt(entry, 'architecture.input_modalities') ?? entry['input_modalities'];
  return {
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(isList(modalities) && isNonEmpty(modalities)
      ? { inputModalities: modalities.includes('image') ? (['text', 'image'] as const) : (['text'] as const) }
      : {}),
  };
}

function tokensAt(entry: JsonObject, path: string | undefined): number | undefined {
  const tokens = path === undefined ? undefined : memberAt(entry, path);
  return typeof tokens === 'number' && Number.isInteger(tokens) && tokens > 0 ? tokens : undefined;
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
