import { type ProviderProbe, probeProvider } from '../codex/doctor/provider-probe.ts';
import { proxySettings } from '../config/environment.ts';
import type { Provider } from '../providers/provider.ts';
import { anyModelOf } from '../upstream/ask-provider.ts';
import { withCredentials } from '../upstream/credentials.ts';
import { layered } from '../upstream/layers.ts';
import { createHttpTransport } from '../upstream/transport.ts';
import type { CommandContext } from './context.ts';

/** Asks each provider for its model list, all at once: a question that costs nothing. */
export async function probeAll(
  providers: readonly Provider[],
  context: CommandContext,
): Promise<ReadonlyMap<string, ProviderProbe>> {
  const { transport, close } = createHttpTransport(proxySettings(context.environment));
  const signed = layered(transport, [withCredentials]);
  try {
    const probes = await Promise.all(
      providers.map(async (provider) => [provider.id, await probeProvider(anyModelOf(provider), signed)] as const),
    );
    return new Map(probes);
  } finally {
    await close();
  }
}
