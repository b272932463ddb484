import type { NewModel, NewRoute } from '../../config/new-config.ts';
import { unreachable } from '../../ir/non-empty.ts';
import { isNamedForwarded } from '../../providers/model-families.ts';
import type { StrategyId } from '../../routing/route.ts';
import { type Role, SUGGESTIONS, type SuggestedModel } from './suggestions.ts';

/** Where an alias finds its targets.
 *  - `each`: of every provider that is there its model for the role, in the order of the suggestions; then of those that
 *    have none their default, unless the role is needed (`only`).
 *  - `one`: of one provider.
 *  - `local`: models that run on the servers of this machine, those for code first. `named`: whose id holds this.
 *    `otherwise`: only where nothing stands before them.
 *  - `alias`: another one; without it this one is not there either. */
export type Choice =
  | { readonly of: 'each'; readonly role: Role; readonly atMost: number; readonly only?: true }
  | { readonly of: 'one'; readonly preset: string; readonly role: Role }
  | { readonly of: 'local'; readonly atMost: number; readonly named?: string; readonly otherwise?: true }
  | { readonly of: 'alias'; readonly slug: string };

/** A route that is offered ready-made. @property meaning  as a sentence's end, for people. */
export type Alias = {
  readonly slug: string;
  readonly meaning: string;
  readonly strategy: StrategyId;
  readonly targets: readonly Choice[];
  readonly rules?: NewRoute['rules'];
};

/** In the order in which they are written. docs/routes.md shows this table. */
export const ALIASES: readonly Alias[] = [
  {
    slug: 'codex-default',
    meaning: 'everyday work; titles and memories go to codex-light',
    strategy: 'fallback',
    targets: [
      { of: 'each', role: 'default', atMost: 3 },
      { of: 'local', atMost: 1, otherwise: true },
    ],
    rules: [{ when: ['title', 'memory'], use: 'codex-light' }],
  },
  {
    slug: 'codex-light',
    meaning: 'small changes and questions, at once and for little',
    strategy: 'fallback',
    targets: [{ of: 'each', role: 'light', atMost: 3 }],
  },
  {
    slug: 'codex-long',
    meaning: 'conversations and files of up to a million tokens',
    strategy: 'fallback',
    targets: [{ of: 'each', role: 'long', atMost: 3, only: true }],
  },
  {
    slug: 'codex-deep',
    meaning: 'hard problems that need long thought',
    strategy: 'fallback',
    targets: [{ of: 'each', role: 'deep', atMost: 3 }],
  },
  {
    slug: 'codex-cheap',
    meaning: 'the small model that is expected to cost least for each call',
    strategy: 'cheapest',
    targets: [{ of: 'each', role: 'light', atMost: 5 }],
  },
  {
    slug: 'codex-strong',
    meaning: 'what must be right: reviews, large changes',
    strategy: 'fallback',
    targets: [{ of: 'each', role: 'strong', atMost: 3 }],
  },
  {
    slug: 'codex-no-openai',
    meaning: "no model of OpenAI's: Gemini, then this machine",
    strategy: 'fallback',
    targets: [
      { of: 'one', preset: 'gemini', role: 'default' },
      { of: 'local', atMost: 2 },
    ],
  },
  {
    slug: 'codex-hf-cheap',
    meaning: 'gpt-oss-120b through Hugging Face, by Groq before Together',
    strategy: 'fallback',
    targets: [
      { of: 'one', preset: 'huggingface', role: 'hf-groq' },
      { of: 'one', preset: 'huggingface', role: 'hf-together' },
    ],
  },
  {
    slug: 'codex-hf-fast',
    meaning: 'gpt-oss-120b through Hugging Face, by Together before Groq',
    strategy: 'fallback',
    targets: [
      { of: 'one', preset: 'huggingface', role: 'hf-together' },
      { of: 'one', preset: 'huggingface', role: 'hf-groq' },
    ],
  },
  {
    slug: 'codex-local',
    meaning: 'this machine and no other',
    strategy: 'fallback',
    targets: [{ of: 'local', atMost: 3 }],
  },
  {
    slug: 'codex-qwen-local',
    meaning: 'the same, on a Qwen model',
    strategy: 'fallback',
    targets: [{ of: 'local', atMost: 3, named: 'qwen' }],
  },
  {
    slug: 'codex-auto',
    meaning: 'begins cheap where the task allows it, and goes up by what happens',
    strategy: 'auto',
    targets: [
      { of: 'alias', slug: 'codex-cheap' },
      { of: 'alias', slug: 'codex-strong' },
    ],
  },
];

/** A provider of the configuration.
 *  @property id      its name there. @property models  that have an entry there.
 *  @property local   of a server of this machine: the ids of what it has. */
export type Available = {
  readonly id: string;
  readonly preset: string;
  readonly models: readonly { readonly slug: string; readonly id: string }[];
  readonly local?: readonly string[];
};

/** @property models  that have no entry yet. */
export type Offer = { readonly models: readonly NewModel[]; readonly routes: readonly NewRoute[] };

/** The aliases that these providers can fill.
 *  @param taken  slugs of the configuration: an alias of that name stays the user's own. */
export function offeredAliases(available: readonly Available[], taken: ReadonlySet<string> = new Set()): Offer {
  const slugs = new Set(taken);
  const models = new Map<string, NewModel>();
  const routes = new Map<string, NewRoute>();

  /** The model's slug in the configuration; where it has no entry, one is made. */
  const slugOf = (provider: Available, model: Pick<SuggestedModel, 'slug' | 'id' | 'contextWindow'>): string => {
    const own = provider.models.find(({ id }) => id === model.id)?.slug;
    const key = `${provider.id}\n${model.id}`;
    const made = own ?? models.get(key)?.slug;
    if (made !== undefined) return made;
    const slug = freeSlug(model.slug, provider.id, slugs);
    slugs.add(slug);
    models.set(key, {
      slug,
      provider: provider.id,
      ...(model.id === slug ? {} : { upstreamId: model.id }),
      ...(model.contextWindow === undefined ? {} : { contextWindow: model.contextWindow }),
    });
    return slug;
  };

  const targetsOf = (choice: Choice, before: readonly string[]): readonly string[] => {
    switch (choice.of) {
      case 'each':
        return modelsOfEach(choice)
          .flatMap(({ preset, model }) =>
            available.filter((provider) => provider.preset === preset).map((provider) => ({ provider, model })),
          )
          .slice(0, choice.atMost)
          .map(({ provider, model }) => slugOf(provider, model));
      case 'one':
        return available
          .filter(({ preset }) => preset === choice.preset)
          .slice(0, 1)
          .flatMap((provider) => {
            const model = modelFor(choice.preset, choice.role);
            return model === undefined ? [] : [slugOf(provider, model)];
          });
      case 'local':
        if (choice.otherwise === true && before.length > 0) return [];
        return available
          .flatMap((provider) => codersFirst(provider.local ?? []).map((id) => ({ provider, id })))
          .filter(({ id }) => id.toLowerCase().includes(choice.named ?? '') && !isNamedForwarded(id))
          .slice(0, choice.atMost)
          .map(({ provider, id }) => slugOf(provider, { slug: localSlug(id), id }));
      case 'alias':
        return routes.has(choice.slug) || taken.has(choice.slug) ? [choice.slug] : [];
      default:
        return unreachable(choice);
    }
  };

  for (const alias of ALIASES) {
    if (taken.has(alias.slug)) continue;
    const targets: string[] = [];
    for (const choice of alias.targets) targets.push(...targetsOf(choice, targets));
    const complete = alias.targets.every(({ of }) => of !== 'alias') || targets.length === alias.targets.length;
    if (targets.length > 0 && complete) {
      routes.set(alias.slug, { slug: alias.slug, strategy: alias.strategy, targets: [...new Set(targets)] });
    }
  }
  return {
    models: [...models.values()],
    routes: [...routes.values()].map((route) => withRules(route, routes, taken)),
  };
}

/** Rules of an alias hold where what they name is another model than its own. */
function withRules(route: NewRoute, routes: ReadonlyMap<string, NewRoute>, taken: ReadonlySet<string>): NewRoute {
  const rules = ALIASES.find(({ slug }) => slug === route.slug)?.rules?.filter(({ use }) => {
    const first = routes.get(use)?.targets[0];
    return taken.has(use) || (first !== undefined && first !== route.targets[0]);
  });
  return rules === undefined || rules.length === 0 ? route : { ...route, rules };
}

/** Every provider's model for the role, in the order in which an alias takes them. */
export function modelsOfEach({
  role,
  only,
}: Extract<Choice, { of: 'each' }>): readonly { readonly preset: string; readonly model: SuggestedModel }[] {
  const named = SUGGESTIONS.map(({ preset }) => ({ preset, model: modelFor(preset, role) }));
  const others = SUGGESTIONS.map(({ preset }) => ({
    preset,
    model: only === true || modelFor(preset, role) !== undefined ? undefined : modelFor(preset, 'default'),
  }));
  return [...named, ...others].flatMap(({ preset, model }) => (model === undefined ? [] : [{ preset, model }]));
}

export function modelFor(preset: string, role: Role): SuggestedModel | undefined {
  const models = SUGGESTIONS.find((suggestion) => suggestion.preset === preset)?.models ?? [];
  return models.find(({ roles }) => roles.includes(role));
}

/** Models of a local server that speak, those for code first. */
export function codersFirst(ids: readonly string[]): readonly string[] {
  const isCoder = (id: string): number => (/cod(e|er)|devstral/i.test(id) ? 0 : 1);
  return ids.filter((id) => !/embed|rerank|whisper/i.test(id)).sort((a, b) => isCoder(a) - isCoder(b));
}

/** The slug, or one made of it that nobody has. */
export function freeSlug(slug: string, provider: string, taken: ReadonlySet<string>): string {
  let free = slug;
  for (let count = 1; taken.has(free); count += 1) free = `${provider}-${slug}${count === 1 ? '' : `-${count}`}`;
  return free;
}

/** A local model's slug is one word that says where it runs. */
export function localSlug(id: string): string {
  return `local-${id.replace(/:latest$/, '').replaceAll(/[^\w.-]+/g, '-')}`;
}
