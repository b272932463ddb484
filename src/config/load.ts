import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PolicyFlags, type PolicySettings, withFlags } from '../policy/settings.ts';
import { meant } from '../routing/nearest.ts';
import { adaptiveWarnings, compileAdaptive } from './adaptive.ts';
import { compileModels, compileProviders, compileServer, compileWildcards } from './compile.ts';
import { compileDispatch } from './dispatch.ts';
import { readDocument, type SourceDocument } from './document.ts';
import { withDotenv } from './dotenv.ts';
import type { Environment, Places } from './environment.ts';
import { ConfigError, type ConfigIssue, dotted, suggestion } from './issues.ts';
import { configJsonSchema } from './json-schema.ts';
import { literalKeyWarnings } from './literal-keys.ts';
import { type BadVariable, type Override, readOverrides } from './overrides.ts';
import { compilePolicy, liftedLimits } from './policy.ts';
import { badReferences, isConfigured, unnamedProvider } from './references.ts';
import { compileRoutes } from './routes.ts';
import { type ConfigFile, configSchema } from './schema.ts';
import { schemaIssues } from './schema-issues.ts';
import type { Snapshot } from './snapshot.ts';
import { durationMs } from './units.ts';
import { presetsOf } from './user-presets.ts';
import { expandVariables } from './variables.ts';
import { compileSearch } from './web-search.ts';

/** @property file   left out: `config.yaml` in the home, which need not exist. One that is named must.
 *  @property flags  of the command, over the environment and the file. */
export type ConfigSource = {
  readonly places: Places;
  readonly environment: Environment;
  readonly file?: string;
  readonly flags?: PolicyFlags;
};

export type LoadedConfig =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | { readonly ok: false; readonly error: ConfigError };

export function configFile(source: ConfigSource): string {
  return source.file === undefined ? join(source.places.home, 'config.yaml') : resolve(source.file);
}

/** The policy of the environment and the flags alone, for where there is no file, or one that is to be replaced.
 *  @throws ConfigError for a variable that says nothing clear. */
export function policyWithoutFile(source: ConfigSource): PolicySettings {
  const file = configFile(source);
  const { overrides, bad } = readOverrides(withDotenv(source.places.home, source.environment).environment);
  if (bad.length > 0) throw refuse(file, bad.map(variableIssue)).error;
  const document: SourceDocument = { value: {}, at: () => ({ line: 1, column: 1 }) };
  const defaultModel = overrides.model?.value ?? '';
  const policy = compilePolicy(configSchema.parse({}), { written: {}, document, file, overrides, defaultModel });
  return withFlags(policy, source.flags ?? {});
}

/** Reads the configuration, `PLUGBOARD_HOME/.env` and the environment into one frozen value. All that is wrong is told
 *  at once. Without a file: a snapshot with no provider and no model. */
export function loadConfig(source: ConfigSource): LoadedConfig {
  const file = configFile(source);
  let text: string | undefined;
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code !== 'ENOENT' || source.file !== undefined) {
      const mend = code === 'ENOENT' ? 'Run: plugboard init' : 'Look at its owner and mode.';
      return refuse(file, [{ path: '', message: `${file} cannot be read (${code}).`, mend }]);
    }
  }
  const { environment, warnings } = withDotenv(source.places.home, source.environment);
  return compile(text, file, { ...source, environment }, warnings);
}

function compile(
  text: string | undefined,
  file: string,
  source: ConfigSource,
  earlier: readonly string[],
): LoadedConfig {
  const document = readDocument(text ?? '');
  if ('issues' in document) return refuse(file, document.issues);
  const written = withoutEmptySections(document.value);
  const expanded = expandVariables(written, source.environment);
  // Compiling a parser for one parse would take longer than the parse.
  const parsed = configSchema.safeParse(expanded.value, { jitless: true });
  const { overrides, bad } = readOverrides(source.environment);

  const issues: ConfigIssue[] = bad.map(variableIssue);
  if (!parsed.success) issues.push(...schemaIssues(parsed.error.issues, document, configJsonSchema));
  for (const { path, part, message, mend } of badReferences(expanded.value)) {
    issues.push({ ...document.at(path, part), path: dotted(path), message, mend });
  }
  for (const variable of expanded.unset) {
    if (variable.path[0] === 'providers' || variable.path[0] === 'web_search') continue;
    const message = `the variable ${variable.name} is ${variable.empty ? 'set but empty' : 'not set'}.`;
    const mend = `Set it, or write \${${variable.name}:-DEFAULT}.`;
    issues.push({ ...document.at(variable.path, 'value'), path: dotted(variable.path), message, mend });
  }
  const model = overrides.model;
  if (model !== undefined && !isConfigured(expanded.value, model.value)) {
    const choice = parsed.success ? slugsOf(parsed.data) : [];
    const message = `"${model.value}" is neither a model nor a route.`;
    issues.push({ path: model.variable, message, mend: suggestion(meant(model.value, choice), choice) });
  }
  if (overrides.provider !== undefined) issues.push(...unknownProvider(overrides.provider, expanded.value));
  if (!parsed.success) return refuse(file, issues);

  const config = parsed.data;
  const envFile = join(source.places.home, '.env');
  const presets = presetsOf(source.places.home);
  const compiled = compileProviders(config, {
    environment: source.environment,
    unset: expanded.unset,
    file,
    envFile,
    presets,
  });
  for (const { path, message, mend } of compiled.refused) {
    issues.push({ ...document.at(path, 'value'), path: dotted(path), message, mend });
  }
  const inSearch = expanded.unset.filter((variable) => variable.path[0] === 'web_search');
  const search = compileSearch(config.web_search, inSearch, envFile);
  if (search.state === 'refused') {
    const path = search.key === '' ? ['web_search'] : ['web_search', search.key];
    issues.push({ ...document.at(path, 'value'), path: dotted(path), message: search.message, mend: search.mend });
  }
  if (issues.length > 0) return refuse(file, issues);

  const models = compileModels(config.models, compiled.providers);
  const routes = compileRoutes(config);
  // Without a choice: the first model that can serve, else a name whose failure says what is missing.
  const defaultModel =
    model?.value ?? config.default_model ?? models[0]?.slug ?? routes[0]?.slug ?? slugsOf(config)[0] ?? '';
  const snapshot: Snapshot = {
    ...(text === undefined ? {} : { file }),
    server: compileServer(config, file),
    codex: { remoteCompaction: config.codex.remote_compaction, websocket: config.codex.websocket },
    providers: compiled.providers,
    disabled: compiled.disabled,
    models,
    wildcards: compileWildcards(config.models, compiled.providers),
    routes,
    dispatch: compileDispatch(config),
    adaptive: compileAdaptive(config),
    ...(search.state === 'usable' ? { webSearch: search.service } : {}),
    ...(search.state === 'off' ? { webSearchOff: search.reason } : {}),
    ...(config.image_description === undefined
      ? {}
      : { imageDescription: { prompt: DESCRIBE, ...config.image_description } }),
    compression: { toolResults: config.compression.tool_results },
    policy: withFlags(compilePolicy(config, { written, document, file, overrides, defaultModel }), source.flags ?? {}),
    queue: { length: config.dispatch.queue.length, waitMs: durationMs(config.dispatch.queue.wait) },
    defaultModel,
    warnings: [
      ...earlier,
      ...literalKeyWarnings(written, file, envFile),
      ...compiled.warnings,
      ...compiled.disabled.map(({ id, reason }) => `The provider ${id} is off: ${reason}`),
      ...(search.state === 'off' ? [`The web search is off: ${search.reason}`] : []),
      ...liftedLimits(config, overrides),
      ...adaptiveWarnings(config),
    ],
    discovered: new Map(),
  };
  return { ok: true, snapshot: deepFreeze(snapshot) };
}

const DESCRIBE =
  'Describe this image for a colleague who cannot see it and has to work with it. Say what it is, give every text in it word for word, and name layout, values, states and errors that can be seen. Leave out what cannot be seen.';

function unknownProvider({ variable, value }: Override<string>, written: unknown): readonly ConfigIssue[] {
  return unnamedProvider(value, written).map(({ message, mend }) => ({ path: variable, message, mend }));
}

function variableIssue({ variable, message, mend }: BadVariable): ConfigIssue {
  return { path: variable, message, mend };
}

function slugsOf(config: ConfigFile): readonly string[] {
  return [...config.models.flatMap((model) => model.slug ?? []), ...Object.keys(config.routes)];
}

/** `providers:` with nothing below it, as when all entries are commented out, is as good as absent. */
function withoutEmptySections(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, section]) => section !== null));
}

function refuse(file: string, issues: readonly ConfigIssue[]): LoadedConfig & { readonly ok: false } {
  const place = (issue: ConfigIssue): number => (issue.line ?? 0) * 10_000 + (issue.column ?? 0);
  return {
    ok: false,
    error: new ConfigError(
      file,
      [...issues].sort((a, b) => place(a) - place(b)),
    ),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(item);
  return value;
}
