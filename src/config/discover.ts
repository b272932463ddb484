import { isJsonObject, type Json, type JsonObject, memberAt } from '../ir/json.ts';
import type { ListedPrice } from '../protocols/protocol.ts';
import type { ModelFacts, ModelList, Price, Provider } from '../providers/provider.ts';
import type { Discovered, DiscoveredModel, Snapshot } from './snapshot.ts';

/** One question to a provider, signed as its calls are. @returns the reply's JSON; `undefined` where there was none: not
 *  answering is no error here. @param path  as in `ModelList`. @param body  sent with a POST; absent: a GET. */
export type AskProvider = (provider: Provider, path: string, body?: JsonObject) => Promise<Json | undefined>;

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
  const [list, windows] = await Promise.all([ask(provider, form.path), loadedWindows(provider, ask)]);
  return withWindows(listedModels(list, form), windows);
}

/** Of each model in memory the window that it really has, by id. */
export async function loadedWindows(provider: Provider, ask: AskProvider): Promise<ReadonlyMap<string, number>> {
  const loaded = provider.modelList?.loaded;
  if (loaded === undefined) return new Map();
  return new Map(
    listedModels(await ask(provider, loaded.path), loaded).flatMap(({ id, facts: { contextWindow } }) =>
      contextWindow === undefined ? [] : [[id, contextWindow]],
    ),
  );
}

export function withWindows(
  models: readonly DiscoveredModel[],
  windows: ReadonlyMap<string, number>,
): readonly DiscoveredModel[] {
  return models.map((model) => {
    const contextWindow = windows.get(model.id);
    return contextWindow === undefined ? model : { ...model, facts: { ...model.facts, contextWindow } };
  });
}

/** What a provider says of one model when it is asked for it alone; nothing where it has no such question. */
export async function askDetails(provider: Provider, id: string, ask: AskProvider): Promise<ModelFacts> {
  const details = provider.modelList?.details;
  if (details === undefined) return {};
  const told = await ask(provider, details.path, { [details.member]: id });
  return isJsonObject(told) ? factsOf(told, details) : {};
}

/** The models of a list in the form that the preset tells, else in any of the usual ones.
 *  @param form  which members tell what, as dotted paths: `meta.n_ctx`. */
export function listedModels(list: Json | undefined, form: ListForm = {}): readonly DiscoveredModel[] {
  const { idField, idPrefix = '' } = form;
  return (listIn(list, form.list) ?? []).flatMap((entry) => {
    if (!isJsonObject(entry) || !isServed(entry, form)) return [];
    const names = idField === undefined ? [entry['id'], entry['name'], entry['model']] : [memberAt(entry, idField)];
    const name = names.find((word) => typeof word === 'string' && word !== '');
    if (typeof name !== 'string') return [];
    const id = name.startsWith(idPrefix) ? name.slice(idPrefix.length) : name;
    const price = form.price === undefined ? undefined : priceOf(entry, form.price);
    return [{ id, facts: factsOf(entry, form), ...(price === undefined ? {} : { price }) }];
  });
}

/** Is it a list of models at all, and not a page of a site or an error? An empty one is. */
export function isModelList(body: Json | undefined, form: ListForm = {}): boolean {
  return listIn(body, form.list) !== undefined;
}

type ListForm = Partial<Omit<ModelList, 'path' | 'loaded'>>;

function listIn(body: Json | undefined, member: string | undefined): readonly Json[] | undefined {
  if (isList(body)) return body;
  if (!isJsonObject(body)) return undefined;
  const named = member === undefined ? [body['data'], body['models']] : [memberAt(body, member)];
  return named.find(isList);
}

/** Lists hold models for embeddings, speech and pictures too. One that says nothing of it is taken. */
function isServed(entry: JsonObject, { servedField, servedAs }: ListForm): boolean {
  const served = servedField === undefined ? undefined : memberAt(entry, servedField);
  return !isList(served) || servedAs === undefined || served.includes(servedAs);
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

/** A list of what the model takes, as such or as a text with commas, or whether it takes images. */
function modalitiesOf(told: Json | undefined): ModelFacts['inputModalities'] {
  if (typeof told === 'boolean') return told ? ['text', 'image'] : ['text'];
  const words = typeof told === 'string' ? told.split(',') : told;
  if (!isList(words) || words.length === 0) return undefined;
  return words.some((word) => typeof word === 'string' && /image|vision/i.test(word)) ? ['text', 'image'] : ['text'];
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
