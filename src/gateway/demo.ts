import type { Snapshot } from '../config/snapshot.ts';
import { compileDialect } from '../providers/dialect.ts';
import type { Model, Provider } from '../providers/provider.ts';
import type { Quirk } from '../providers/quirks.ts';

/** @property notes  what to tell at the start. */
export type Demo = {
  readonly snapshot: Snapshot;
  readonly notes: readonly string[];
  readonly close: () => Promise<void>;
};

/** Where nothing is configured, the simulator stands in for a provider, so that the whole chain can be tried at once. */
export async function demoFor(snapshot: Snapshot): Promise<Demo | undefined> {
  if (snapshot.providers.size > 0 || snapshot.disabled.length > 0) return undefined;
  const [{ startSimulator }, { DEMO_MODEL, demoScenario }] = await Promise.all([
    import('../simulator/server.ts'),
    import('../simulator/demo.ts'),
  ]);
  const simulator = await startSimulator({ scenario: demoScenario(), models: [DEMO_MODEL], keep: 0 });
  const provider: Provider = {
    id: 'simulator',
    name: 'Plugboard simulator',
    protocol: 'openai-chat',
    baseUrl: `${simulator.url}/v1`,
    auth: { type: 'none' },
    credentials: [],
    headers: {},
    query: {},
    quirks: QUIRKS,
    dialect: compileDialect('openai-chat', QUIRKS),
    native: false,
    local: true,
    timeouts: { connectMs: 5_000, firstByteMs: 30_000, idleMs: 30_000 },
  };
  const model: Model = {
    slug: DEMO_MODEL,
    displayName: 'Demo (simulated, offline)',
    provider,
    upstreamId: DEMO_MODEL,
    facts: { contextWindow: 128_000, inputModalities: ['text'] },
    listed: true,
  };
  return {
    snapshot: Object.freeze({
      ...snapshot,
      providers: new Map([[provider.id, provider]]),
      models: [model],
      defaultModel: DEMO_MODEL,
    }),
    notes: [
      `No provider is configured: the model "${DEMO_MODEL}" is simulated. To add a real one, run: plugboard init`,
    ],
    close: simulator.close,
  };
}

/** The simulator is as strict as the strictest of the providers that it plays. */
const QUIRKS: readonly Quirk[] = [
  {
    kind: 'reasoning-echo',
    echo: { field: 'reasoning_content', when: 'always' },
    source: 'https://api-docs.deepseek.com/guides/thinking_mode#tool-calls',
  },
];
