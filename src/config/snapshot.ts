import type { PolicySettings } from '../policy/settings.ts';
import type { Model, ModelFacts, Price, Provider } from '../providers/provider.ts';
import type { SearchService } from '../providers/search-service.ts';
import type { AdaptiveSettings } from '../routing/adaptive/settings.ts';
import type { DispatchSettings } from '../routing/dispatch/settings.ts';
import type { Route } from '../routing/route.ts';

/** The configuration, parsed once and frozen. A reload swaps it whole; a request in flight keeps the one it began with. */
export type Snapshot = {
  /** The file it came from; absent when there is none. */
  readonly file?: string;
  readonly server: ServerSettings;
  readonly codex: CodexSettings;
  /** Usable ones only; the others stand in `disabled` with the reason. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly disabled: readonly DisabledProvider[];
  /** In the order of the file: the order of Codex's picker. */
  readonly models: readonly Model[];
  readonly wildcards: readonly Wildcard[];
  readonly routes: readonly Route[];
  readonly dispatch: DispatchSettings;
  readonly adaptive: AdaptiveSettings;
  readonly webSearch?: SearchService;
  /** Why it is not used although it is configured. */
  readonly webSearchOff?: string;
  /** The model that puts images into words for those that take none. */
  readonly imageDescription?: { readonly model: string; readonly prompt: string };
  readonly compression: CompressionSettings;
  readonly policy: PolicySettings;
  /** The bounds of the queue of calls that find no deployment free. */
  readonly queue: { readonly length: number; readonly waitMs: number };
  /** A slug or a route's; empty while there is no model. */
  readonly defaultModel: string;
  readonly warnings: readonly string[];
  /** What the providers told of their own models at run time. */
  readonly discovered: Discovered;
};

/** What Codex is told of the gateway.
 *  @property remoteCompaction  it condenses long conversations, in the place of Codex's own turn.
 *  @property websocket         it is to be spoken to over sockets. */
export type CodexSettings = { readonly remoteCompaction: boolean; readonly websocket: boolean };

/** @property toolResults  outputs of tools are made shorter before a model reads them, where requests are translated. */
export type CompressionSettings = { readonly toolResults: boolean };

/** By provider id, in the provider's order. */
export type Discovered = ReadonlyMap<string, readonly DiscoveredModel[]>;
/** @property price  what the provider itself says that it asks. */
export type DiscoveredModel = { readonly id: string; readonly facts: ModelFacts; readonly price?: Price };

export type ServerSettings = {
  readonly host: string;
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly tagHeaders: readonly string[];
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  readonly bodyLimitBytes: number;
  /** The Responses API is served on sockets too. */
  readonly websocket: boolean;
};

/** @property slugs  the slugs that are out of reach with it. */
export type DisabledProvider = { readonly id: string; readonly reason: string; readonly slugs: readonly string[] };

/** A provider's whole list, served as `providerId/ID`. @property pick  globs over IDs that fill the picker. */
export type Wildcard = { readonly provider: Provider; readonly match: string; readonly pick: readonly string[] };
