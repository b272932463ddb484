import { dirname, isAbsolute, resolve } from 'node:path';
import type { Model, ModelFacts, Provider, Repairs } from '../providers/provider.ts';
import { meant } from '../routing/nearest.ts';
import type { Path } from './document.ts';
import type { Environment } from './environment.ts';
import { knownFacts } from './facts.ts';
import { suggestion } from './issues.ts';
import { compileProvider } from './provider-entry.ts';
import type { ConfigFile, ModelEntry } from './schema.ts';
import type { DisabledProvider, ServerSettings, Wildcard } from './snapshot.ts';
import { priceFromUsd, sizeBytes } from './units.ts';
import type { Presets } from './user-presets.ts';
import type { UnsetVariable } from './variables.ts';

export type Compiled = {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly disabled: readonly DisabledProvider[];
  readonly refused: readonly { readonly path: Path; readonly message: string; readonly mend: string }[];
  readonly warnings: readonly string[];
};

export type CompileContext = {
  readonly environment: Environment;
  readonly unset: readonly UnsetVariable[];
  readonly file: string;
  readonly envFile: string;
  readonly presets: Presets;
};

export function compileProviders(config: ConfigFile, context: CompileContext): Compiled {
  const providers = new Map<string, Provider>();
  const disabled: DisabledProvider[] = [];
  const refused: { path: Path; message: string; mend: string }[] = [];
  const warnings: string[] = [];
  for (const [id, entry] of Object.entries(config.providers)) {
    const found = entry.preset === undefined ? undefined : context.presets.find(entry.preset);
    if (found?.state === 'missing' || found?.state === 'broken') {
      const ids = context.presets.ids();
      refused.push({
        path: ['providers', id, 'preset'],
        message: found.state === 'broken' ? found.message : `there is no preset "${entry.preset ?? ''}".`,
        mend: found.state === 'broken' ? '' : suggestion(meant(entry.preset ?? '', ids), ids),
      });
      continue;
    }
    const own = context.unset
      .filter((variable) => variable.path[0] === 'providers' && variable.path[1] === id)
      .map((variable) => ({ ...variable, path: variable.path.slice(2) }));
    const folder = dirname(context.file);
    const result = compileProvider(id, entry, found?.preset, { ...context, unset: own, folder });
    if (result.state === 'refused') {
      const path = result.key === '' ? ['providers', id] : ['providers', id, result.key];
      refused.push({ path, message: result.message, mend: result.mend });
    } else if (result.state === 'disabled') {
      disabled.push({ id, reason: result.reason, slugs: slugsOf(id, config) });
    } else {
      providers.set(id, { ...result.provider, repairs: repairsOf({ ...config.repair, ...entry.repair }) });
      warnings.push(...result.warnings.map((warning) => `providers.${id}: ${warning}`));
    }
  }
  return { providers, disabled, refused, warnings };
}

function slugsOf(providerId: string, config: ConfigFile): readonly string[] {
  return config.models
    .filter((model) => model.provider === providerId)
    .map((model) => model.slug ?? `${providerId}/${model.match ?? '*'}`);
}

/** The models whose provider is usable, in the order of the file. */
export function compileModels(
  entries: readonly ModelEntry[],
  providers: ReadonlyMap<string, Provider>,
): readonly Model[] {
  return entries.flatMap((entry) => {
    const provider = providers.get(entry.provider);
    if (provider === undefined || entry.slug === undefined) return [];
    const upstreamId = entry.model ?? entry.slug;
    const model: Model = {
      slug: entry.slug,
      displayName: entry.display_name ?? entry.slug,
      provider,
      upstreamId,
      facts: knownFacts(provider, upstreamId, ownFacts(entry)),
      ...(entry.price === undefined ? {} : { price: priceFromUsd(entry.price) }),
      listed: true,
      ...(entry.repair === undefined ? {} : { repairs: repairsOf(entry.repair) }),
    };
    return [model];
  });
}

function repairsOf({
  arguments: shape,
  pseudo_calls: pseudoCalls,
  repetition,
}: ConfigFile['repair']): Partial<Repairs> {
  return {
    ...(shape === undefined ? {} : { arguments: shape }),
    ...(pseudoCalls === undefined ? {} : { pseudoCalls }),
    ...(repetition === undefined ? {} : { repetition }),
  };
}

function ownFacts(entry: ModelEntry): ModelFacts {
  return {
    ...(entry.context_window === undefined ? {} : { contextWindow: entry.context_window }),
    ...(entry.max_output_tokens === undefined ? {} : { maxOutputTokens: entry.max_output_tokens }),
    ...(entry.input_modalities === undefined ? {} : { inputModalities: entry.input_modalities }),
    ...(entry.reasoning_levels === undefined ? {} : { reasoningLevels: entry.reasoning_levels }),
    ...(entry.open_weights === undefined ? {} : { openWeights: entry.open_weights }),
    ...(entry.forwarded === undefined ? {} : { forwarded: entry.forwarded }),
  };
}

export function compileWildcards(
  entries: readonly ModelEntry[],
  providers: ReadonlyMap<string, Provider>,
): readonly Wildcard[] {
  return entries.flatMap((entry) => {
    const provider = providers.get(entry.provider);
    if (provider === undefined || entry.match === undefined) return [];
    return [{ provider, match: entry.match, pick: entry.pick ?? [] }];
  });
}

export function compileServer(config: ConfigFile, file: string): ServerSettings {
  const {
    host,
    port,
    allowed_hosts: allowedHosts,
    tag_headers: tagHeaders,
    tls,
    body_limit: bodyLimit,
    websocket,
  } = config.server;
  const beside = (path: string): string => (isAbsolute(path) ? path : resolve(dirname(file), path));
  return {
    host,
    port,
    allowedHosts,
    tagHeaders: tagHeaders.map((name) => name.toLowerCase()),
    ...(tls === undefined ? {} : { tls: { certFile: beside(tls.cert), keyFile: beside(tls.key) } }),
    bodyLimitBytes: sizeBytes(bodyLimit),
    websocket,
  };
}
