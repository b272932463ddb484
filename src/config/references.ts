import { z } from 'zod';
import { PROVIDER_WORDS } from '../policy/settings.ts';
import { matchesModel } from '../providers/known-model.ts';
import { meant } from '../routing/nearest.ts';
import type { Path } from './document.ts';
import { type BadReference, suggestion } from './issues.ts';
import { badOptions } from './route-options.ts';

/** The names in a file and what they point to, read leniently: a file that breaks the schema elsewhere still has its
 *  references checked, so that all that is wrong is told at once. */
const outlineSchema = z.object({
  providers: z.record(z.string(), z.unknown()).catch({}),
  models: z
    .array(
      z
        .object({
          slug: z.string().optional().catch(undefined),
          provider: z.string().optional().catch(undefined),
          match: z.string().optional().catch(undefined),
          pick: z.unknown().optional(),
        })
        .catch({ pick: undefined }),
    )
    .catch([]),
  routes: z
    .record(
      z.string(),
      z
        .looseObject({
          strategy: z.unknown().optional(),
          targets: z.array(z.string().catch('')).catch([]),
          judge: z
            .looseObject({ model: z.string().optional().catch(undefined) })
            .optional()
            .catch(undefined),
          rules: z
            .array(z.looseObject({ use: z.string().catch('') }).catch({ use: '' }))
            .catch([])
            .default([]),
        })
        .catch({ strategy: undefined, targets: [], rules: [] }),
    )
    .catch({}),
  default_model: z.string().optional().catch(undefined),
  image_description: z.object({ model: z.string() }).optional().catch(undefined),
  policy: z
    .object({
      default_provider: z.string().optional().catch(undefined),
      task_provider_rules: z.record(z.string(), z.string().catch('auto')).catch({}),
    })
    .catch({ task_provider_rules: {} }),
});

type Outline = z.output<typeof outlineSchema>;

export function badReferences(value: unknown): readonly BadReference[] {
  const parsed = outlineSchema.safeParse(value, { jitless: true });
  if (!parsed.success) return [];
  const outline = parsed.data;
  const known = knownSlugs(outline);
  return [
    ...models(outline),
    ...routes(outline, known),
    ...cycles(outline),
    ...(outline.default_model === undefined ? [] : missing(['default_model'], outline.default_model, known)),
    ...(outline.image_description === undefined
      ? []
      : missing(['image_description', 'model'], outline.image_description.model, known)),
    ...policyProviders(outline),
  ];
}

function policyProviders({ policy, providers }: Outline): readonly BadReference[] {
  const named: (readonly [Path, string | undefined])[] = [
    [['policy', 'default_provider'], policy.default_provider],
    ...Object.entries(policy.task_provider_rules).map(
      ([grade, name]) => [['policy', 'task_provider_rules', grade], name] as const,
    ),
  ];
  return named.flatMap(([path, name]) =>
    unnamed(name, Object.keys(providers)).map((words): BadReference => ({ path, part: 'value', ...words })),
  );
}

/** What is wrong with a name that is to stand for a provider: nothing for one of the file, or a word of `PROVIDER_WORDS`. */
export function unnamedProvider(name: string, value: unknown): readonly Pick<BadReference, 'message' | 'mend'>[] {
  const parsed = outlineSchema.safeParse(value, { jitless: true });
  return parsed.success ? unnamed(name, Object.keys(parsed.data.providers)) : [];
}

function unnamed(name: string | undefined, ids: readonly string[]): readonly Pick<BadReference, 'message' | 'mend'>[] {
  const known = [...PROVIDER_WORDS, ...ids];
  if (name === undefined || known.includes(name)) return [];
  return [{ message: `there is no provider "${name}".`, mend: suggestion(meant(name, known), known) }];
}

type Known = { readonly slugs: readonly string[]; readonly globs: readonly string[] };

function knownSlugs(outline: Outline): Known {
  const direct = outline.models.flatMap((model) => (model.slug === undefined ? [] : [model.slug]));
  const globs = outline.models.flatMap((model) =>
    model.match === undefined || model.provider === undefined ? [] : [`${model.provider}/${model.match}`],
  );
  return { slugs: [...new Set([...direct, ...Object.keys(outline.routes)])], globs };
}

/** Is a model or route of that name configured? A direct slug, a route, or one of a wildcard's. */
export function isConfigured(value: unknown, slug: string): boolean {
  const parsed = outlineSchema.safeParse(value, { jitless: true });
  return parsed.success && missing([], slug, knownSlugs(parsed.data)).length === 0;
}

function missing(path: Path, slug: string, known: Known): readonly BadReference[] {
  if (slug === '' || known.slugs.includes(slug) || known.globs.some((glob) => matchesModel(glob, slug))) return [];
  return [
    {
      path,
      part: 'value',
      message: `"${slug}" is neither a model nor a route.`,
      mend: suggestion(meant(slug, known.slugs), known.slugs),
    },
  ];
}

function models(outline: Outline): readonly BadReference[] {
  const bad: BadReference[] = [];
  const providers = Object.keys(outline.providers);
  const seen = new Set(Object.keys(outline.routes));
  for (const [index, model] of outline.models.entries()) {
    const path: Path = ['models', index];
    if (model.provider !== undefined && !providers.includes(model.provider)) {
      bad.push({
        path: [...path, 'provider'],
        part: 'value',
        message: `there is no provider "${model.provider}".`,
        mend: suggestion(meant(model.provider, providers), providers) || 'Add it under "providers:".',
      });
    }
    if (model.slug === undefined && model.match === undefined) {
      bad.push({
        path,
        part: 'value',
        message: 'has no slug.',
        mend: 'Add "slug:", or "match:" for the provider\'s whole list.',
      });
    }
    if (model.slug !== undefined && model.match !== undefined) {
      bad.push({ path: [...path, 'match'], part: 'key', message: 'stands beside slug.', mend: 'Keep one of the two.' });
    }
    if (model.pick !== undefined && model.match === undefined) {
      bad.push({
        path: [...path, 'pick'],
        part: 'key',
        message: 'has a meaning only beside match.',
        mend: 'Take it out.',
      });
    }
    if (model.slug === undefined) continue;
    if (seen.has(model.slug)) {
      bad.push({
        path: [...path, 'slug'],
        part: 'value',
        message: `the name "${model.slug}" is taken by another model or route.`,
        mend: 'Give each its own.',
      });
    }
    seen.add(model.slug);
  }
  return bad;
}

function routes(outline: Outline, known: Known): readonly BadReference[] {
  return Object.entries(outline.routes).flatMap(([slug, route]) => {
    const bad: BadReference[] = ledTo(route).flatMap(({ target, path }) =>
      missing(['routes', slug, ...path], target, known),
    );
    bad.push(...missing(['routes', slug, 'judge', 'model'], route.judge?.model ?? '', known));
    if (route.strategy === 'fixed' && route.targets.length > 1) {
      bad.push({
        path: ['routes', slug, 'targets', 1],
        part: 'value',
        message: 'a fixed route has one target, so this one would never be used.',
        mend: 'Take it out, or write "strategy: fallback".',
      });
    }
    return [...bad, ...badOptions(slug, { ...route, strategy: route.strategy })];
  });
}

/** Where a route leads: its targets, and what its rules name. @property path  within the route. */
function ledTo({
  targets,
  rules,
}: Outline['routes'][string]): readonly { readonly target: string; readonly path: Path }[] {
  return [
    ...targets.map((target, index) => ({ target, path: ['targets', index] })),
    ...rules.map(({ use }, index) => ({ target: use, path: ['rules', index, 'use'] })),
  ];
}

/** Routes that come back to themselves. Each cycle is told once, at the target that closes it. */
function cycles(outline: Outline): readonly BadReference[] {
  const bad: BadReference[] = [];
  const done = new Set<string>();
  const visit = (slug: string, trail: readonly string[]): void => {
    const route = outline.routes[slug];
    for (const { target, path } of route === undefined ? [] : ledTo(route)) {
      if (!Object.hasOwn(outline.routes, target)) continue;
      const from = trail.indexOf(target);
      if (from !== -1) {
        bad.push({
          path: ['routes', slug, ...path],
          part: 'value',
          message: `the routes go in a circle: ${[...trail.slice(from), target].join(' -> ')}.`,
          mend: 'Take this target out.',
        });
      } else if (!done.has(target)) visit(target, [...trail, target]);
    }
    done.add(slug);
  };
  for (const slug of Object.keys(outline.routes)) if (!done.has(slug)) visit(slug, [slug]);
  return bad;
}
