import type { Origin, PolicySettings, Setting } from '../policy/settings.ts';
import { POLICY_KEYS } from '../policy/settings.ts';
import type { Path, SourceDocument } from './document.ts';
import type { Override, Overrides } from './overrides.ts';
import type { ConfigFile } from './schema.ts';

/** @property written  the file's own values, before defaults: what stands there was said by somebody. */
export type PolicySource = {
  readonly written: unknown;
  readonly document: SourceDocument;
  readonly file: string;
  readonly overrides: Overrides;
  readonly defaultModel: string;
};

/** Environment over file over default, each setting with its place. Flags come over it: `withFlags`. */
export function compilePolicy({ policy }: ConfigFile, source: PolicySource): PolicySettings {
  const { overrides } = source;
  const setting = <T>(path: Path, value: T, override?: Override<T>): Setting<T> =>
    override === undefined
      ? { value, origin: originOf(path, source) }
      : { value: override.value, origin: { from: 'variable', name: override.variable } };
  const key = (name: keyof typeof POLICY_KEYS): Path => ['policy', POLICY_KEYS[name]];
  return {
    model: setting(['default_model'], source.defaultModel, overrides.model),
    defaultProvider: setting(key('defaultProvider'), policy.default_provider, overrides.provider),
    defaultCodexProvider: setting(key('defaultCodexProvider'), policy.default_codex_provider),
    openModelsOnly: setting(key('openModelsOnly'), policy.open_models_only),
    avoidOpenai: setting(key('avoidOpenai'), policy.avoid_openai, overrides.avoidOpenai),
    localOnly: setting(key('localOnly'), policy.local_only, overrides.localOnly),
    privateNetworks: setting(key('privateNetworks'), policy.private_networks),
    allowedModels: setting(key('allowedModels'), policy.allowed_models),
    maxCostUsd: setting(key('maxCostUsd'), policy.max_cost_usd, overrides.maxCostUsd),
    maxCostUsdPerSession: setting(key('maxCostUsdPerSession'), policy.max_cost_usd_per_session),
    maxCostUsdPerMonth: setting(key('maxCostUsdPerMonth'), policy.max_cost_usd_per_month),
    taskProviderRules: setting(key('taskProviderRules'), policy.task_provider_rules),
    fallbackOrder: setting(key('fallbackOrder'), policy.fallback_order),
  };
}

/** A limit of the file that a variable lifts: allowed, and told, since somebody may rely on it. */
export function liftedLimits({ policy }: ConfigFile, overrides: Overrides): readonly string[] {
  const lifted: (readonly [Override<unknown> | undefined, boolean, string])[] = [
    [overrides.localOnly, policy.local_only && overrides.localOnly?.value === false, 'local_only'],
    [overrides.avoidOpenai, policy.avoid_openai && overrides.avoidOpenai?.value === false, 'avoid_openai'],
    [
      overrides.maxCostUsd,
      policy.max_cost_usd > 0 &&
        overrides.maxCostUsd !== undefined &&
        (overrides.maxCostUsd.value === 0 || overrides.maxCostUsd.value > policy.max_cost_usd),
      'max_cost_usd',
    ],
  ];
  return lifted.flatMap(([override, lifts, key]) =>
    override === undefined || !lifts ? [] : [`${override.variable} lifts policy.${key} of the file.`],
  );
}

function originOf(path: Path, { written, document, file }: PolicySource): Origin {
  let node: unknown = written;
  for (const step of path) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, step)) return { from: 'default' };
    node = Reflect.get(node, step);
  }
  return { from: 'file', file, line: document.at(path, 'key').line };
}
