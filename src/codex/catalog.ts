import { createHash } from 'node:crypto';
import { SAFE_FACTS } from '../config/facts.ts';
import { routeWindow, servingBehind } from '../config/models-behind.ts';
import type { Snapshot } from '../config/snapshot.ts';
import { clampEffort } from '../ir/dialect.ts';
import { dialectFor } from '../providers/dialect.ts';
import type { Modality, Model } from '../providers/provider.ts';
import type { ModelInfo, ReasoningLevel } from './model-info.ts';

/** What the catalogue is made of.
 *  @property models   in the order of the picker; those that are not `listed` are served but not shown.
 *  @property fence    why a policy keeps a model out: a route promises nothing of it.
 *  @property resolve  finds a route's target where it is not among `models`: a wildcard's `provider/ID`. */
export type CatalogSource = Pick<Snapshot, 'models' | 'routes' | 'defaultModel'> & {
  readonly resolve?: (slug: string) => Model | undefined;
  readonly fence?: (model: Model) => string | undefined;
};

/** @property instructions     the text with which every thread begins; see `instructions.ts`.
 *  @property describesImages  images are put into words for models that take none: Codex itself would leave them out. */
export type CatalogOptions = { readonly instructions: string; readonly describesImages?: boolean };

/** Our models and routes as Codex lists them: the default first, then models and routes in their order, hidden ones
 *  last. A slug appears once, whatever comes in: the first one counts. */
export function codexCatalog(source: CatalogSource, options: CatalogOptions): ModelInfo[] {
  const entries = new Map<string, Entry>();
  const add = (entry: Entry): void => {
    if (entry.slug !== '' && !entries.has(entry.slug)) entries.set(entry.slug, entry);
  };
  for (const model of source.models) add(modelEntry(model));
  const view = {
    routes: new Map(source.routes.map((route) => [route.slug, route])),
    ...(source.fence === undefined ? {} : { fence: source.fence }),
    resolve: (slug: string) => source.models.find((model) => model.slug === slug) ?? source.resolve?.(slug),
  };
  for (const route of source.routes) {
    const models = servingBehind(route.slug, view);
    if (models.length > 0) add(routeEntry(route.slug, models));
  }
  const rank = (entry: Entry): number => (entry.slug === source.defaultModel ? 0 : entry.listed ? 1 : 2);
  return [...entries.values()]
    .sort((a, b) => rank(a) - rank(b))
    .map((entry, index) => modelInfo(entry, index + 1, options));
}

/** A tag for the catalogue's body: Codex asks again when it differs from `x-models-etag` of a reply. */
export function catalogEtag(catalog: readonly ModelInfo[]): string {
  return `"${createHash('sha256').update(JSON.stringify(catalog)).digest('base64url').slice(0, 22)}"`;
}

/** What an entry says of a model, or of all the models behind a route at once. */
type Entry = {
  readonly slug: string;
  readonly displayName: string;
  readonly where: string;
  readonly listed: boolean;
  readonly contextWindow: number | undefined;
  readonly maxOutputTokens: number;
  readonly modalities: readonly Modality[];
  readonly levels: readonly string[];
  readonly verbosity: boolean;
};

function modelEntry(model: Model): Entry {
  const { facts, provider } = model;
  return {
    slug: model.slug,
    displayName: model.displayName,
    where: `${model.upstreamId} at ${provider.name}`,
    listed: model.listed,
    contextWindow: facts.contextWindow,
    maxOutputTokens: facts.maxOutputTokens ?? 0,
    modalities: facts.inputModalities ?? SAFE_FACTS.inputModalities,
    levels: [...new Set(facts.reasoningLevels)],
    verbosity: dialectFor(model).verbosity,
  };
}

/** Every member but the window is what all targets can do: Codex must not be promised what a fallback cannot keep. */
function routeEntry(slug: string, models: readonly Model[]): Entry {
  const entries = models.map(modelEntry);
  return {
    slug,
    displayName: slug,
    where: `${models.map((model) => model.slug).join(', ')}`,
    listed: true,
    contextWindow: routeWindow(entries.map((entry) => entry.contextWindow)),
    maxOutputTokens: Math.max(...entries.map((entry) => entry.maxOutputTokens)),
    modalities: common(entries.map((entry) => entry.modalities)),
    levels: common(entries.map((entry) => entry.levels)),
    verbosity: entries.every((entry) => entry.verbosity),
  };
}

function common<T>(lists: readonly (readonly T[])[]): T[] {
  const [first = [], ...others] = lists;
  return first.filter((value) => others.every((list) => list.includes(value)));
}

function modelInfo(entry: Entry, priority: number, options: CatalogOptions): ModelInfo {
  const window = entry.contextWindow ?? SAFE_FACTS.contextWindow;
  const assumed = entry.contextWindow === undefined ? `; window unknown, ${window} tokens assumed` : '';
  return {
    slug: entry.slug,
    display_name: entry.displayName || entry.slug,
    description: `${entry.where}${assumed}`,
    default_reasoning_level: clampEffort('medium', entry.levels) ?? null,
    supported_reasoning_levels: entry.levels.map(reasoningLevel),
    shell_type: 'unified_exec',
    visibility: entry.listed ? 'list' : 'hide',
    supported_in_api: true,
    priority,
    base_instructions: options.instructions,
    default_reasoning_summary: 'auto',
    support_verbosity: entry.verbosity,
    default_verbosity: entry.verbosity ? 'medium' : null,
    apply_patch_tool_type: 'freeform',
    web_search_tool_type: 'text',
    truncation_policy: { mode: 'tokens', limit: toolOutputLimit(window) },
    context_window: window,
    max_context_window: window,
    auto_compact_token_limit: compactionLimit(window, entry.maxOutputTokens),
    effective_context_window_percent: 95,
    experimental_supported_tools: [],
    input_modalities: [
      ...new Set<Modality>(['text', ...entry.modalities, ...(options.describesImages ? ['image' as const] : [])]),
    ],
    // Deferred tools cost a model one more call to find each; few but the newest know that dance.
    supports_search_tool: false,
    supports_image_detail_original: false,
    use_responses_lite: false,
    tool_mode: 'direct',
    service_tiers: [],
    availability_nux: null,
    upgrade: null,
  };
}

/** Codex's own 10,000 tokens, less where the window is small: one command must not fill it. */
function toolOutputLimit(window: number): number {
  return Math.max(1_000, Math.min(10_000, Math.floor(window * 0.08)));
}

/** Codex checks this limit between two calls, so the room behind it must hold what one step can add: tool outputs and
 *  the reply. Reserved are a fifth of the window up to 40,000 tokens, or the model's longest reply up to a third of
 *  the window; at least the tenth that Codex itself keeps. */
function compactionLimit(window: number, maxOutputTokens: number): number {
  const step = Math.min(window / 5, 40_000);
  const reply = Math.min(maxOutputTokens, window / 3);
  return Math.floor(window - Math.max(step, reply, window / 10));
}

const LEVEL_WORDS: { readonly [effort: string]: string } = {
  none: 'No reasoning: answers at once',
  minimal: 'As little reasoning as the model can do',
  low: 'Little reasoning, fast answers',
  medium: 'A balance of speed and depth for everyday tasks',
  high: 'Deeper reasoning for complex tasks',
  xhigh: 'Very deep reasoning for hard problems',
  max: 'All the reasoning that the model offers',
  ultra: 'All the reasoning that the model offers, at any length',
};

function reasoningLevel(effort: string): ReasoningLevel {
  return { effort, description: LEVEL_WORDS[effort] ?? `The provider's own level ${effort}` };
}
