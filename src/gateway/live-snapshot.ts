import { isDeepStrictEqual } from 'node:util';
import { type AskProvider, discoverModels } from '../config/discover.ts';
import { withDiscoveredFacts } from '../config/facts.ts';
import type { Discovered, DiscoveredModel, Snapshot } from '../config/snapshot.ts';
import type { Attempt } from '../ir/attempt.ts';

/** The configuration in force, completed with what the providers tell of their own models.
 *  @property look     asks them, unless they were asked a moment ago. Never rejects.
 *  @property replace  puts a reloaded configuration in force at once; what it leaves open is asked anew.
 *  @property settled  ends when they have been asked once, or after `PATIENCE_MS`. */
export type LiveSnapshot = {
  readonly current: () => Snapshot;
  readonly look: () => Promise<void>;
  readonly replace: (next: Snapshot) => void;
  readonly settled: () => Promise<void>;
};

const REST_MS = 15_000;
/** Codex waits 5 s for its list of models. */
const PATIENCE_MS = 2_000;

/** @param now  ms since the epoch. */
export function createLiveSnapshot(first: Snapshot, ask: AskProvider, now: () => number): LiveSnapshot {
  let configured = first;
  let current = first;
  let restUntil = 0;
  let looking: Promise<void> | undefined;
  let firstLook: Promise<void> = Promise.resolve();

  async function askAll(): Promise<void> {
    const asked = configured;
    const told = await discoverModels(asked, ask);
    // A reload came in between, and with it a look of its own.
    if (asked !== configured) return;
    restUntil = now() + REST_MS;
    looking = undefined;
    const discovered = merged(current.discovered, told);
    if (!isDeepStrictEqual(discovered, current.discovered)) current = withDiscoveredFacts(configured, discovered);
  }
  function look(): Promise<void> {
    if (looking === undefined && now() >= restUntil) looking = askAll();
    return looking ?? Promise.resolve();
  }
  function replace(next: Snapshot): void {
    const earlier = new Map([...current.discovered].filter(([id]) => isSamePlace(id, current, next)));
    configured = next;
    current = earlier.size === 0 ? next : withDiscoveredFacts(next, earlier);
    looking = undefined;
    restUntil = 0;
    firstLook = Promise.race([look(), patience()]);
  }
  replace(first);
  return { current: () => current, look, replace, settled: () => firstLook };
}

/** Nobody knew the window of the model that was called: now that it is loaded, its server can tell. */
export function windowIsOpen(snapshot: Snapshot, { slug }: Attempt): boolean {
  const model = snapshot.models.find((one) => one.slug === slug);
  return model?.provider.modelList?.loaded !== undefined && model.facts.contextWindow === undefined;
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
}

/** What a provider told first stays until it tells otherwise: a local server forgets a window when it unloads a model. */
function merged(before: Discovered, told: Discovered): Discovered {
  const all = new Map(before);
  for (const [id, models] of told) {
    const known = new Map(before.get(id)?.map((model) => [model.id, model.facts]));
    all.set(
      id,
      models.map((model): DiscoveredModel => ({ id: model.id, facts: { ...known.get(model.id), ...model.facts } })),
    );
  }
  return all;
}

function isSamePlace(providerId: string, one: Snapshot, other: Snapshot): boolean {
  const baseUrl = one.providers.get(providerId)?.baseUrl;
  return baseUrl !== undefined && baseUrl === other.providers.get(providerId)?.baseUrl;
}
