import { z } from 'zod';
import { PROTOCOL_IDS } from '../ir/protocol-id.ts';
import { parseInside } from '../policy/networks.ts';
import { CODEX_PROVIDERS } from '../policy/settings.ts';
import { quirkSchema } from '../providers/quirk-schema.ts';
import { SEARCH_KINDS } from '../providers/search-service.ts';
import { PURPOSES } from '../routing/purpose.ts';
import { STRATEGY_IDS } from '../routing/route.ts';
import { DURATION, SIZE } from './units.ts';

/** config.yaml. Every default that stands here is the one that CONTRACT.md names. Keys are checked strictly: what is
 *  not listed is a slip. */

const isInside = (entry: string): boolean => parseInside(entry) !== undefined;
const NO_NETWORK = 'is neither a network such as 10.0.0.0/8, nor an address, nor a host name';
const text = z.string().min(1, 'is empty');
const slug = z.string().regex(/^[^\s\p{Cc}]+$/u, 'is not a slug: it must be one word without spaces');
const flag = z.boolean();
const usd = z.number().nonnegative();
const duration = z
  .string()
  .regex(DURATION, 'is no duration: write a number with ms, s, m or h, such as "500ms" or "10s"');
const size = z.string().regex(SIZE, 'is no size: write a number with KB, MB or GB, such as "64MB"');
/** A token of RFC 9110, section 5.6.2, in any letter case. */
const headerName = z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'is no header name');
const headerValue = z.string().regex(/^[^\r\n\0]*$/, 'holds a line break, which no header can carry');

const tls = z.strictObject({ cert: text, key: text });

const server = z.strictObject({
  host: text.default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(38_440),
  allowed_hosts: z.array(text).default([]),
  tag_headers: z.array(headerName).default([]),
  tls: tls.exactOptional(),
  body_limit: size.default('64MB'),
  websocket: flag.default(true),
});

/** For all models; at a provider or a model only what differs there. */
const repair = z.strictObject({
  arguments: flag.exactOptional(),
  pseudo_calls: flag.exactOptional(),
  repetition: flag.exactOptional(),
});

const provider = z.strictObject({
  preset: text.exactOptional(),
  protocol: z.enum(PROTOCOL_IDS).exactOptional(),
  base_url: text.exactOptional(),
  api_key: z.string().exactOptional(),
  api_keys: z.array(z.string()).min(1, 'is empty').exactOptional(),
  headers: z.record(headerName, headerValue).default({}),
  query: z.record(text, z.string()).default({}),
  timeouts: z
    .strictObject({
      connect: duration.exactOptional(),
      first_byte: duration.exactOptional(),
      idle: duration.exactOptional(),
    })
    .default({}),
  concurrency: z.int().positive().exactOptional(),
  ca_file: text.exactOptional(),
  proxy: text.exactOptional(),
  openai: flag.exactOptional(),
  quirks: z.array(quirkSchema).default([]),
  repair: repair.exactOptional(),
});

const price = z.strictObject({
  input: usd,
  cached_input: usd.exactOptional(),
  cache_write: usd.exactOptional(),
  output: usd,
});

/** One model with its `slug`, or, with `match`, a provider's whole list. */
const model = z.strictObject({
  slug: slug.exactOptional(),
  provider: text,
  model: text.exactOptional(),
  display_name: text.exactOptional(),
  context_window: z.int().positive().exactOptional(),
  max_output_tokens: z.int().positive().exactOptional(),
  input_modalities: z.array(z.enum(['text', 'image'])).exactOptional(),
  reasoning_levels: z.array(text).exactOptional(),
  price: price.exactOptional(),
  open_weights: flag.exactOptional(),
  forwarded: flag.exactOptional(),
  match: text.exactOptional(),
  pick: z.array(text).exactOptional(),
  repair: repair.exactOptional(),
});

const route = z.strictObject({
  strategy: z.enum(STRATEGY_IDS).default('fallback'),
  targets: z.array(slug).min(1, 'names no target'),
  /** Of `weighted`: the share of each target, in their order. */
  weights: z.array(z.number().nonnegative()).exactOptional(),
  /** Of `auto`: how much evidence one step up takes. */
  patience: z.number().positive().exactOptional(),
  /** Of `auto`: a model that is asked about each task, once. */
  judge: z
    .strictObject({ model: slug, timeout: duration.default('2s'), threshold: z.number().min(0).max(1).default(0.5) })
    .exactOptional(),
  /** Of `split`: after so many replies the planner hands over at the latest. */
  plan_steps: z.int().positive().exactOptional(),
  /** By what the client says of a call: that slug is tried first. */
  rules: z
    .array(z.strictObject({ when: z.array(z.enum(PURPOSES)).min(1, 'names no kind of call'), use: slug }))
    .exactOptional(),
});

const policy = z.strictObject({
  default_provider: text.default('auto'),
  default_codex_provider: z.enum(['auto', ...CODEX_PROVIDERS]).default('auto'),
  open_models_only: flag.default(false),
  avoid_openai: flag.default(false),
  local_only: flag.default(false),
  private_networks: z.array(text.refine(isInside, NO_NETWORK)).default([]),
  allowed_models: z.array(text).default([]),
  max_cost_usd: usd.default(0),
  max_cost_usd_per_session: usd.default(0),
  max_cost_usd_per_month: usd.default(0),
  task_provider_rules: z
    .strictObject({ simple: text.default('auto'), medium: text.default('auto'), complex: text.default('auto') })
    .prefault({}),
  fallback_order: z.array(z.enum(CODEX_PROVIDERS)).default(['gateway', 'standard']),
});

const weight = z.number().nonnegative().default(1);

const dispatch = z.strictObject({
  temperature: z.number().nonnegative().default(0.2),
  weights: z
    .strictObject({
      cost: weight,
      ttft: weight,
      latency: weight,
      tokens_per_second: weight,
      errors: weight,
      token_pressure: weight,
      queue: weight,
    })
    .prefault({}),
  cooldown: z
    .strictObject({
      rate_limited: duration.default('5m'),
      auth: duration.default('1h'),
      not_found: duration.default('30m'),
    })
    .prefault({}),
  queue: z.strictObject({ length: z.int().nonnegative().default(100), wait: duration.default('2m') }).prefault({}),
});

const adaptiveRouter = z.strictObject({
  enabled: flag.default(false),
  shadow_mode: flag.default(true),
  canary: z.number().min(0).max(1).default(0),
  min_confidence_delta: z.number().min(0).max(1).default(0.15),
  cost_guard_enabled: flag.default(true),
  max_cost_multiplier: z.number().positive().default(2),
  critical_risk_threshold: z.number().min(0).max(1).default(0.65),
});

/** What the entry that we write for Codex says of the gateway. */
const codex = z.strictObject({
  remote_compaction: flag.default(false),
  websocket: flag.default(false),
});

/** Off until it is there: the user's search service, for models whose provider has no search of its own. */
const webSearch = z.strictObject({
  service: z.enum(SEARCH_KINDS),
  base_url: text.exactOptional(),
  api_key: z.string().exactOptional(),
  headers: z.record(headerName, headerValue).default({}),
  query: z.record(text, z.string()).default({}),
  max_results: z.int().min(1).max(20).default(5),
  max_rounds: z.int().min(1).max(20).default(5),
});

/** What is made smaller on its way to a model. Off: whoever switches it on should know that models then read less. */
const compression = z.strictObject({
  tool_results: flag.default(false).describe('Outputs of tools between 2,000 and 80,000 characters, in fewer words.'),
});

/** Off until it is there: another model, which sees, puts images into words for those that take text only. */
const imageDescription = z.strictObject({ model: slug, prompt: text.exactOptional() });

export const configSchema = z.strictObject({
  server: server.prefault({}),
  codex: codex.prefault({}),
  providers: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'is no provider name: use letters, digits, dots, underscores, hyphens'),
      provider,
    )
    .default({}),
  models: z.array(model).default([]),
  routes: z.record(slug, route).default({}),
  default_model: slug.exactOptional(),
  repair: repair.default({}),
  web_search: webSearch.exactOptional(),
  image_description: imageDescription.exactOptional(),
  compression: compression.prefault({}),
  policy: policy.prefault({}),
  dispatch: dispatch.prefault({}),
  adaptive_router: adaptiveRouter.prefault({}),
});

export type ConfigFile = z.output<typeof configSchema>;
export type ProviderEntry = ConfigFile['providers'][string];
export type RouteEntry = ConfigFile['routes'][string];
export type ModelEntry = ConfigFile['models'][number];
