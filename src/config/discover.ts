import { isJsonObject, type Json, type JsonObject, memberAt } from '../ir/json.ts';
import type { ListedPrice } from '../protocols/protocol.ts';
import type { ModelFacts, ModelList, Price, Provider } from '../providers/provider.ts';
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

/** The models of a list in the form that the preset tells, else in any of the usual ones.
 *  @param form  which members tell what, as dotted paths: `meta.n_ctx`. */
export function listedModels(list: Json | undefined, form: ListForm = {}): readonly DiscoveredModel[] {
  const { idField, idPrefix = '' } = form;
  return entriesOf(list, form.list).flatMap((entry) => {
    if (!isJsonObject(entry)) return [];
    const names = idField === undefined ? [entry['id'], entry['name'], entry['model']] : [memberAt(entry, idField)];
    const name = names.find((word) => typeof word === 'string' && word !== '');
    if (typeof name !== 'string') return [];
    const id = name.startsWith(idPrefix) ? name.slice(idPrefix.length) : name;
    const price = form.price === undefined ? undefined : priceOf(entry, form.price);
    return [{ id, facts: factsOf(entry, form), ...(price === undefined ? {} : { price }) }];
  });
}

type ListForm = Partial<Omit<ModelList, 'path' | 'loaded'>>;

function entriesOf(list: Json | undefined, member: string | undefined): readonly Json[] {
  if (isList(list)) return list;
  if (!isJsonObject(list)) return [];
  const named = member === undefined ? [list['data'], list['models']] : [memberAt(list, member)];
  return named.find(isList) ?? [];
}

function factsOf(entry: JsonObject, { contextField, outputField, modalitiesField }: ListForm): ModelFacts {
  const contextWindow = tokensAt(entry, contextField);
  const maxOutputTokens = tokensAt(entry, outputField);
  const inputModalities = modalitiesOf(
    modalitiesField === undefined
      ? (memberAt(entry, 'architecture.input_modalities') ?? entry['input_modalities'])
      : memberAt(entry, modalitiesField),
  );
  return {
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(inputModalities === undefined ? {} : { inputModalities }),
  };
}

/** A list of what the model takes, or whether it takes images. */
function modalitiesOf(told: Json | undefined): ModelFacts['inputModalities'] {
  if (typeof told === 'boolean') return told ? ['text', 'image'] : ['text'];
  if (!isList(told) || told.length === 0) return undefined;
  return told.some((word) => typeof word === 'string' && /image|vision/i.test(word)) ? ['text', 'image'] : ['text'];
}

function tokensAt(entry: JsonObject, path: string | undefined): number | undefined {
  const tokens = path === undefined ? undefined : memberAt(entry, path);
  return typeof tokens === 'number' && Number.isInteger(tokens) && tokens > 0 ? tokens : undefined;
}

/** Only where both are told: half a price is none. */
function priceOf(entry: JsonObject, form: ListedPrice): Price | undefined {
  const usd = (path: string | undefined): number | undefined => {
    const told = path === undefined ? undefined : memberAt(entry, path);
    const amount = typeof told === 'string' && told.trim() !== '' ? Number(told) : told;
    return typeof amount === 'number' && Number.isFinite(amount) && amount >= 0
      ? amount * form.perMillion * NANO_USD_PER_TOKEN
      : undefined;
  };
  const [input, output, cacheRead] = [usd(form.input), usd(form.output), usd(form.cachedInput)];
  if (input === undefined || output === undefined) return undefined;
  return { input, output, ...(cacheRead === undefined ? {} : { cacheRead }) };
}

/** One USD per million tokens. */
const NANO_USD_PER_TOKEN = 1_000;

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
