import { askOnce, modelsIn } from '../../codex/doctor/provider-probe.ts';
import { askDetails, loadedWindows, withWindows } from '../../config/discover.ts';
import type { DiscoveredModel } from '../../config/snapshot.ts';
import { isSameModel } from '../../providers/known-model.ts';
import type { Provider } from '../../providers/provider.ts';
import { anyModelOf, providerAsker } from '../../upstream/ask-provider.ts';
import type { Transport } from '../../upstream/upstream.ts';
import type { CommandContext } from '../context.ts';
import { ofEach } from '../providers.ts';

/** What a provider answered when it was asked for its models. `refused`: it does not take the key.
 *  @property madeFor  ids whose window is what the model was made for: the server may have given it less. */
export type ProviderList =
  | {
      readonly state: 'listed';
      readonly models: readonly DiscoveredModel[];
      readonly madeFor: ReadonlySet<string>;
    }
  | { readonly state: 'refused' | 'no-list' | 'silent'; readonly why: string };

/** Asks every provider, all at once, each with a limit of time.
 *  @param wanted  by provider, the ids that are called there: those are asked for one by one where the list says little. */
export function askLists(
  providers: readonly Provider[],
  wanted: ReadonlyMap<string, readonly string[]>,
  context: CommandContext,
): Promise<ReadonlyMap<string, ProviderList>> {
  return ofEach(providers, context, (provider, transport) =>
    askList(provider, wanted.get(provider.id) ?? [], transport),
  );
}

async function askList(provider: Provider, wanted: readonly string[], transport: Transport): Promise<ProviderList> {
  const path = provider.modelList?.path ?? '/models';
  const reply = await askOnce(anyModelOf(provider), transport, 'GET', path, null);
  if (!reply.answered) return { state: 'silent', why: reply.failure.message };
  if (reply.status === 401 || reply.status === 403) return { state: 'refused', why: `HTTP ${reply.status}` };
  const models = reply.status === 200 ? modelsIn(reply.text, provider) : undefined;
  if (models === undefined)
    return { state: 'no-list', why: `HTTP ${reply.status}${reply.status === 200 ? ', no list' : ''}` };
  return { state: 'listed', ...(await completed(models, provider, wanted, transport)) };
}

/** The list with what the provider tells of single models: those in memory, and those that are called. */
async function completed(
  models: readonly DiscoveredModel[],
  provider: Provider,
  wanted: readonly string[],
  transport: Transport,
): Promise<{ readonly models: readonly DiscoveredModel[]; readonly madeFor: ReadonlySet<string> }> {
  const ask = providerAsker(transport);
  const loaded = await loadedWindows(provider, ask);
  const madeFor = new Set<string>();
  const detailed = await Promise.all(
    models.map(async (model) => {
      if (!wanted.some((id) => isSameModel(model.id, id))) return model;
      const details = await askDetails(provider, model.id, ask);
      const told = model.facts.contextWindow ?? loaded.get(model.id);
      if (told === undefined && details.contextWindow !== undefined) madeFor.add(model.id);
      return { ...model, facts: { ...details, ...model.facts } };
    }),
  );
  return { models: withWindows(detailed, loaded), madeFor };
}
