import type { FailureKind } from './failure.ts';
import type { JsonObject } from './json.ts';

/** What a codec must know of a provider beyond its protocol. Compiled from the provider's quirks (data), so that no
 *  codec ever asks who it is talking to. */
export type Dialect = {
  readonly roles: {
    /** The role that carries `developer` and `system` messages. */
    readonly instructions: 'developer' | 'system';
    /** Where the provider takes that role. `first`: only as one message at index 0; what comes later is told as
     *  `laterAs`, in its place, so that the cached prefix stays. */
    readonly placement: 'anywhere' | 'first';
    readonly laterAs: 'user' | 'system' | 'developer';
    /** `false`: after tool outputs only the model may speak. Absent: anybody may. */
    readonly userAfterTool?: boolean;
  };
  readonly effort: EffortDialect;
  readonly reasoning: {
    /** Fields of a delta or message that carry thinking, first match wins. */
    readonly from: readonly ReasoningField[];
    /** The field in which it goes back, and when. `none`: the provider wants it gone. `required`: a turn with calls is
     *  refused without it, so that one whose thinking is not at hand bears it empty. */
    readonly echo:
      | { readonly field: ReasoningField; readonly when: 'always' | 'tool-turns'; readonly required?: boolean }
      | { readonly field: 'none' };
    /** `<think>` tags in the text are thinking. */
    readonly thinkTags: boolean;
  };
  readonly tokenLimitField: 'max_tokens' | 'max_completion_tokens' | 'max_output_tokens';
  /** Sent where the client gave none and the protocol demands a limit. */
  readonly defaultMaxTokens?: number;
  readonly tools: {
    readonly maxNameLength: number;
    /** Schema keywords that the provider refuses; taken out wherever they stand as keywords (never as property names). */
    readonly dropKeywords: readonly string[];
    /** The form that schemas are sent in, where the protocol has more than one. Absent: the one that all its servers take. */
    readonly schemaForm?: 'json-schema';
    readonly strict: boolean;
    readonly parallelField: boolean;
    /** Hosted tools that the provider runs itself, by their type. */
    readonly hosted: readonly string[];
    /** What stands for a hosted tool in the body, by its type, where the provider has a form of its own: an entry of
     *  `tools`, top-level members, or both. */
    readonly hostedForms?: { readonly [type: string]: { readonly tool?: JsonObject; readonly members?: JsonObject } };
    /** Tool call ids that the provider takes; ours are mapped where they do not fit. */
    readonly callId?: { readonly pattern: string; readonly length: number };
    /** Members that every replayed tool call must bear, beside those of its protocol. */
    readonly callMembers?: JsonObject;
    /** All that the protocol has: in the Responses API freeform tools, namespaces and tool search, in the Messages API
     *  every block and member that a client may send. */
    readonly native: boolean;
    /** `tool_choice` values that the provider takes. */
    readonly choices: readonly ('auto' | 'none' | 'required' | 'tool')[];
    /** How its models are known to write calls into their text. Absent: they are not. */
    readonly pseudoCalls?: readonly PseudoCallForm[];
    /** How many tools one request may offer; those behind them are left out, each a Loss. */
    readonly maxTools?: number;
    /** Characters of a description; the rest is cut off, a Loss. */
    readonly maxDescription?: number;
  };
  readonly outputFormat: 'json-schema' | 'json-object' | 'instruction';
  readonly images: { readonly input: boolean; readonly inToolResults: boolean };
  /** `stream_options: {include_usage: true}` is taken. */
  readonly streamUsage: boolean;
  /** Where its token counts stand and how they are called, ahead of the names that every decoder knows. */
  readonly usage: UsageRules;
  /** How its errors look and what they mean, ahead of what every decoder understands. */
  readonly errors: ErrorRules;
  /** What is documented of its prompt cache. Absent: nothing. */
  readonly cache?: CacheRules;
  readonly cacheKeyField?: string;
  /** The header that keeps a session at the server which holds its cache: it bears the cache key. */
  readonly cacheKeyHeader?: string;
  /** Where explicit cache breakpoints are understood. */
  readonly cacheBreakpoints: boolean;
  /** What is cached at our marks shall live so long; absent: as long as the provider has it without a word. */
  readonly cacheLifetime?: '1h';
  readonly verbosity: boolean;
  readonly serviceTier: boolean;
  /** Members that are set where the request has none, after encoding. */
  readonly defaults: JsonObject;
  /** Top-level members that are taken out after encoding, each a Loss. */
  readonly drop: readonly string[];
  /** Top-level members that are renamed after encoding. */
  readonly rename: { readonly [from: string]: string };
};

/** A call in the text instead of where the protocol has it. `json`: an object with a name and arguments, alone or in a fence
 *  at the end; the others by the marks that they begin with. */
export const PSEUDO_CALL_FORMS = [
  'json',
  'tool-call-tags',
  'function-tags',
  'python-tag',
  'bracket-token',
  'deepseek-tokens',
  'dsml',
  'kimi-tokens',
  'invoke-tags',
  'minimax-token',
] as const;
export type PseudoCallForm = (typeof PSEUDO_CALL_FORMS)[number];

/** Names are members of the usage object, dotted where nested: `prompt_tokens_details.cached_tokens`. The first that counts
 *  something wins.
 *  @property places           where a usage object stands in a chunk or reply: `x_groq.usage`.
 *  @property cachedTokens     inside the input count (OpenAI's way) or beside it. Absent: as the protocol has it.
 *  @property reasoningTokens  inside the output count or beside it. Absent: as the total tells. */
export type UsageRules = {
  readonly places?: readonly string[];
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly cacheRead?: readonly string[];
  readonly cacheWrite?: readonly string[];
  readonly reasoning?: readonly string[];
  readonly cachedTokens?: 'inside' | 'beside';
  readonly reasoningTokens?: 'inside' | 'beside';
};

/** @property message    members that hold the words, dotted where nested: `base_resp.status_msg`.
 *  @property code       members that hold the code; 0 there means that all is well.
 *  @property codes      what a code, or the type of an error, means.
 *  @property overflow   words of a message that tell of a prompt too long, whatever the letter case.
 *  @property emptyOverflow  statuses that mean the same where they come without a body. */
export type ErrorRules = {
  readonly message?: readonly string[];
  readonly code?: readonly string[];
  readonly codes?: { readonly [code: string]: FailureKind };
  readonly overflow?: readonly string[];
  readonly emptyOverflow?: readonly number[];
};

/** @property prefix      what is cached: any prefix that repeats, the parts marked by the caller, both, or nothing.
 *  @property minTokens   a shorter prefix is not cached. @property blockTokens  a prefix counts in whole blocks of them.
 *  @property ttlSeconds  how long an entry lives at the least without being read. */
export type CacheRules = {
  readonly prefix: 'automatic' | 'explicit' | 'both' | 'none';
  readonly minTokens?: number;
  readonly blockTokens?: number;
  readonly ttlSeconds?: number;
};

export type ReasoningField =
  | 'reasoning_content'
  | 'reasoning'
  | 'reasoning_details'
  | 'thinking-parts'
  | 'thinking-blocks'
  | 'items';

/** How a provider is told to think. `levels` are the words it takes, weakest first: a level that it does not know is
 *  clamped to the nearest one and never vanishes. */
export type EffortDialect =
  | { readonly kind: 'none' }
  /** `reasoning_effort: LEVEL`, or `reasoning: {effort: LEVEL}`. */
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly levels: readonly string[] }
  /** A switch beside an optional level: `thinking: {type: "enabled"}`, `enable_thinking: true`. */
  | {
      readonly kind: 'switch';
      readonly path: readonly string[];
      readonly on: string | boolean;
      readonly off: string | boolean;
      readonly level?: { readonly path: readonly string[]; readonly levels: readonly string[] };
    }
  /** A budget in tokens per level: `thinking: {type: "enabled", budget_tokens: N}`. */
  | { readonly kind: 'budget'; readonly budgets: { readonly [level: string]: number } }
  /** Adaptive thinking with an effort beside it: `thinking: {type: "adaptive"}`, `output_config: {effort: LEVEL}`. */
  | { readonly kind: 'adaptive'; readonly levels: readonly string[] };

/** All the effort words of the known clients and providers, weakest first: the scale on which levels are clamped. */
export const EFFORT_SCALE: readonly string[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra'];

/** The nearest of `levels` to `effort`; of two equally near the stronger. An unknown word counts as `medium`. */
export function clampEffort(effort: string, levels: readonly string[]): string | undefined {
  if (levels.includes(effort)) return effort;
  const wanted = rank(effort);
  let best: string | undefined;
  for (const level of levels) {
    if (level === 'none' && effort !== 'none' && levels.length > 1) continue;
    if (best === undefined) best = level;
    else {
      const gain = Math.abs(rank(best) - wanted) - Math.abs(rank(level) - wanted);
      if (gain > 0 || (gain === 0 && rank(level) > rank(best))) best = level;
    }
  }
  return best;
}

function rank(effort: string): number {
  const index = EFFORT_SCALE.indexOf(effort);
  return index === -1 ? EFFORT_SCALE.indexOf('medium') : index;
}
