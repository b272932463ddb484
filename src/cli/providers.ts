import { type ProviderProbe, probeProvider } from '../codex/doctor/provider-probe.ts';
import { askModels } from '../config/discover.ts';
import { proxySettings } from '../config/environment.ts';
import type { Discovered } from '../config/snapshot.ts';
import { fences } from '../policy/egress.ts';
import type { PolicySettings } from '../policy/settings.ts';
import type { Model, Provider } from '../providers/provider.ts';
import { anyModelOf, providerAsker } from '../upstream/ask-provider.ts';
import { withCredentials } from '../upstream/credentials.ts';
import { withFence } from '../upstream/fence.ts';
import { layered } from '../upstream/layers.ts';
import { createHttpTransport } from '../upstream/transport.ts';
import type { Transport } from '../upstream/upstream.ts';
import { readConfiguration } from './configuration.ts';
import type { CommandContext } from './context.ts';

/** Asks each provider for its model list, all at once: a question that costs nothing.
 *  @param models  configured ones: a protocol may name the model in the path of every call.
 *  @param policy  left out: the file's, which then has to load. */
export function probeAll(
  providers: readonly Provider[],
  context: CommandContext,
  models: readonly Model[] = [],
  policy?: PolicySettings,
): Promise<ReadonlyMap<string, ProviderProbe>> {
  const probe = (provider: Provider, transport: Transport): Promise<ProviderProbe> => {
    const model = models.find((candidate) => candidate.provider.id === provider.id);
    return probeProvider(model ?? anyModelOf(provider), transport);
  };
  return ofEach(providers, context, probe, policy);
}

/** What each provider tells of its models: their windows above all. */
export function discoverAll(providers: readonly Provider[], context: CommandContext): Promise<Discovered> {
  return ofEach(providers, context, (provider, transport) => askModels(provider, providerAsker(transport)));
}

/** Asks each of them the same question, all at once, over connections that are closed then. */
export async function ofEach<T>(
  providers: readonly Provider[],
  context: CommandContext,
  question: (provider: Provider, transport: Transport) => Promise<T>,
  policy: PolicySettings = readConfiguration(context).policy,
): Promise<ReadonlyMap<string, T>> {
  const proxies = proxySettings(context.environment);
  const { transport, close } = createHttpTransport(proxies);
  const fence = fences(() => policy);
  const signed = layered(transport, [withFence(fence, proxies, Date.now), withCredentials]);
  try {
    return new Map(
      await Promise.all(providers.map(async (provider) => [provider.id, await question(provider, signed)] as const)),
    );
  } finally {
    await close();
  }
}
