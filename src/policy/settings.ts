/** Where a setting comes from, the strongest first: a flag of the command, a variable, the file, or nobody's word. */
export type Origin =
  | { readonly from: 'flag'; readonly name: string }
  | { readonly from: 'variable'; readonly name: string }
  | { readonly from: 'file'; readonly file: string; readonly line: number }
  | { readonly from: 'default' };

export type Setting<T> = { readonly value: T; readonly origin: Origin };

/** What Codex itself may run on: the gateway, the router of Hugging Face, a server on this machine, or its own service. */
export const CODEX_PROVIDERS = ['gateway', 'huggingface', 'local', 'standard'] as const;
export type CodexProvider = (typeof CODEX_PROVIDERS)[number];

/** What `default_provider` and the rules by task may say beside the name of a provider of the file. */
export const PROVIDER_WORDS = ['auto', 'openai', 'gemini', 'huggingface', 'local', 'qwen', 'no-openai'] as const;

export const TASK_GRADES = ['simple', 'medium', 'complex'] as const;
export type TaskGrade = (typeof TASK_GRADES)[number];

/** What may be called and spent, each setting with the place that it comes from.
 *  @property model               the model that is used where none is asked for: a slug or a route's.
 *  @property defaultProvider     `auto`, one of `PROVIDER_WORDS`, or a provider of the file.
 *  @property privateNetworks     what `localOnly` admits beside this machine: networks, addresses and host names.
 *  @property allowedModels       globs over slugs and ids; empty: all.
 *  @property maxCostUsd          of one request, as the next of a session and of a calendar month; 0: no limit. */
export type PolicySettings = {
  readonly model: Setting<string>;
  readonly defaultProvider: Setting<string>;
  readonly defaultCodexProvider: Setting<'auto' | CodexProvider>;
  readonly openModelsOnly: Setting<boolean>;
  readonly avoidOpenai: Setting<boolean>;
  readonly localOnly: Setting<boolean>;
  readonly privateNetworks: Setting<readonly string[]>;
  readonly allowedModels: Setting<readonly string[]>;
  readonly maxCostUsd: Setting<number>;
  readonly maxCostUsdPerSession: Setting<number>;
  readonly maxCostUsdPerMonth: Setting<number>;
  readonly taskProviderRules: Setting<{ readonly [G in TaskGrade]: string }>;
  readonly fallbackOrder: Setting<readonly CodexProvider[]>;
};

/** What a command may say over everything else. */
export type PolicyFlags = {
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly codexProvider?: 'auto' | CodexProvider | undefined;
  readonly localOnly?: boolean | undefined;
  readonly avoidOpenai?: boolean | undefined;
  readonly openModelsOnly?: boolean | undefined;
  readonly maxCostUsd?: number | undefined;
  /** Of a whole run: one session. */
  readonly maxCostUsdPerSession?: number | undefined;
};

/** The settings as the flags of a command leave them. */
export function withFlags(policy: PolicySettings, flags: PolicyFlags): PolicySettings {
  const over = <T>(setting: Setting<T>, value: T | undefined, name: string): Setting<T> =>
    value === undefined ? setting : { value, origin: { from: 'flag', name } };
  return {
    ...policy,
    model: over(policy.model, flags.model, '--model'),
    defaultProvider: over(policy.defaultProvider, flags.provider, '--provider'),
    defaultCodexProvider: over(policy.defaultCodexProvider, flags.codexProvider, '--codex-provider'),
    localOnly: over(policy.localOnly, flags.localOnly, '--local-only'),
    avoidOpenai: over(policy.avoidOpenai, flags.avoidOpenai, '--avoid-openai'),
    openModelsOnly: over(policy.openModelsOnly, flags.openModelsOnly, '--open-models-only'),
    maxCostUsd: over(policy.maxCostUsd, flags.maxCostUsd, '--max-cost'),
    maxCostUsdPerSession: over(policy.maxCostUsdPerSession, flags.maxCostUsdPerSession, '--max-cost'),
  };
}

/** The key of a setting in the file, below `policy:`. */
export const POLICY_KEYS = {
  defaultProvider: 'default_provider',
  defaultCodexProvider: 'default_codex_provider',
  openModelsOnly: 'open_models_only',
  avoidOpenai: 'avoid_openai',
  localOnly: 'local_only',
  privateNetworks: 'private_networks',
  allowedModels: 'allowed_models',
  maxCostUsd: 'max_cost_usd',
  maxCostUsdPerSession: 'max_cost_usd_per_session',
  maxCostUsdPerMonth: 'max_cost_usd_per_month',
  taskProviderRules: 'task_provider_rules',
  fallbackOrder: 'fallback_order',
} as const satisfies { readonly [K in Exclude<keyof PolicySettings, 'model'>]: string };

/** `--local-only`, `PLUGBOARD_LOCAL_ONLY`, `policy.local_only (config.yaml, line 12)`, `policy.local_only (default)`. */
export function placeOf(policy: PolicySettings, key: keyof PolicySettings): string {
  const { origin } = policy[key];
  const path = key === 'model' ? 'default_model' : `policy.${POLICY_KEYS[key]}`;
  switch (origin.from) {
    case 'flag':
    case 'variable':
      return origin.name;
    case 'file':
      return `${path} (${origin.file.split(/[\\/]/).at(-1)}, line ${origin.line})`;
    case 'default':
      return `${path} (default)`;
  }
}
