import type { Snapshot } from '../../config/snapshot.ts';
import { PROVIDER_WORDS } from '../../policy/settings.ts';
import { matchesModel } from '../../providers/known-model.ts';
import type { Model } from '../../providers/provider.ts';
import { meant } from '../../routing/nearest.ts';
import { CliError } from '../cli-error.ts';
import { unknownSlug } from '../configuration.ts';

/** What a word behind `--provider` stands for.
 *  @property alias    the ready-made route that is taken where it is configured.
 *  @property presets  else the first model of a provider of one of these. @property ids  else the first whose id at its
 *                     provider matches. @property local  only models of this machine count.
 *  @property openai   only services of OpenAI's count. @property any  all that the policy lets pass. */
type ProviderWord = {
  readonly alias?: string;
  readonly presets?: readonly string[];
  readonly ids?: readonly string[];
  readonly local?: boolean;
  readonly openai?: boolean;
  readonly any?: boolean;
};

/** What CONTRACT's words stand for. Any other is the name of a provider in config.yaml, or its preset's. */
const WORDS: { readonly [word in Exclude<(typeof PROVIDER_WORDS)[number], 'auto'>]: ProviderWord } = {
  openai: { openai: true },
  gemini: { presets: ['gemini'] },
  huggingface: { alias: 'codex-hf-cheap', presets: ['huggingface'] },
  local: { alias: 'codex-local', local: true },
  qwen: { alias: 'codex-qwen-local', ids: ['*qwen*'] },
  // Whoever says it has the policy avoid OpenAI for the whole run.
  'no-openai': { alias: 'codex-no-openai', any: true },
};

/** What a run was told of its model.
 *  @property model     a slug; nothing is chosen then.
 *  @property provider  a word or a name, with the flag, variable or key that gave it; undefined where all say `auto`. */
export type ModelWish = {
  readonly model?: string;
  readonly provider?: { readonly word: string; readonly by: string };
};

/** @property why  for the plan, as a sentence. */
export type ChosenModel = { readonly slug: string; readonly why: string };

/** @param mayServe  what a policy leaves.
 *  @throws CliError where nothing answers to the wish, with what is there. */
export function chooseModel(wish: ModelWish, snapshot: Snapshot, mayServe: (model: Model) => boolean): ChosenModel {
  const slugs = [...snapshot.models, ...snapshot.routes].map(({ slug }) => slug);
  if (wish.model !== undefined) {
    const wildcard = snapshot.wildcards.some(({ provider, match }) =>
      matchesModel(`${provider.id}/${match}`, wish.model ?? ''),
    );
    if (!slugs.includes(wish.model) && !wildcard) throw unknownSlug(wish.model, slugs);
    return { slug: wish.model, why: `${wish.model} was asked for by name.` };
  }
  if (wish.provider === undefined) {
    return { slug: snapshot.defaultModel, why: `${snapshot.defaultModel} is the default model.` };
  }
  const { word, by } = wish.provider;
  const { alias, ...rest } = wordOf(word);
  if (alias !== undefined && snapshot.routes.some(({ slug }) => slug === alias)) {
    return { slug: alias, why: `${by} says ${word}, and the route ${alias} stands for that.` };
  }
  const models = snapshot.models.filter((model) => mayServe(model) && answers(model, word, rest));
  const chosen = models.find(({ slug }) => slug === snapshot.defaultModel) ?? models[0];
  if (chosen !== undefined) {
    return { slug: chosen.slug, why: `${by} says ${word}, and ${chosen.slug} is at ${chosen.provider.name}.` };
  }
  throw nothingAnswers(word, by, snapshot);
}

function wordOf(word: string): ProviderWord {
  const known: { readonly [word: string]: ProviderWord } = WORDS;
  return Object.hasOwn(known, word) ? (known[word] ?? {}) : {};
}

function answers({ provider, upstreamId }: Model, word: string, rest: Omit<ProviderWord, 'alias'>): boolean {
  if (rest.any === true) return true;
  if (rest.openai === true) return provider.openai === true;
  if (rest.local === true) return provider.local;
  if (rest.presets?.includes(provider.preset ?? '') === true) return true;
  if (rest.ids?.some((id) => matchesModel(id, upstreamId)) === true) return true;
  return provider.id === word || provider.preset === word;
}

function nothingAnswers(word: string, by: string, snapshot: Snapshot): CliError {
  const off = snapshot.disabled.find(({ id }) => id === word);
  if (off !== undefined) {
    return new CliError({
      message: `${by} says ${word}, and that provider is off: ${off.reason}`,
      mend: 'plugboard doctor',
    });
  }
  const known = [...new Set([...PROVIDER_WORDS, ...snapshot.providers.keys()])];
  const near = meant(word, known);
  if (!known.includes(word)) {
    const there = near === undefined ? `One of: ${known.join(', ')}` : `Did you mean ${near}?`;
    return new CliError({ message: `${by} says ${word}, and no provider is called so`, mend: there });
  }
  return new CliError({
    message: `${by} says ${word}, and no model that may be used is configured for it`,
    mend: 'plugboard init, or add one to config.yaml under models. What there is: plugboard models',
  });
}
