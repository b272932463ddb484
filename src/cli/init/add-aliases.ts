import { addEntries, type NewEntries } from '../../config/add-entries.ts';
import type { Snapshot } from '../../config/snapshot.ts';
import { fixedView } from '../../config/view.ts';
import { readConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { plural } from '../format.ts';
import { line } from '../io.ts';
import { missingAliases } from './alias-needs.ts';
import { type Available, offeredAliases } from './aliases.ts';
import { type FoundProvider, newProvider } from './plan-config.ts';
import type { Questions } from './questions.ts';

/** Adds to a configuration that is there the aliases that its providers can fill and that it does not have, if the user
 *  says so; a provider only where none of its own can fill one. Nothing else in it is touched.
 *  @param asked  the answer where nobody is asked. @param found  providers that are there, configured or not.
 *  @returns were any added? */
export async function addAliases(
  file: string,
  asked: boolean,
  found: readonly FoundProvider[],
  questions: Questions,
  context: CommandContext,
): Promise<boolean> {
  const { out } = context.io;
  const entries = missingEntries(readConfiguration(context), found);
  if (entries.routes.length === 0) return false;
  const names = entries.routes.map(({ slug }) => slug).join(', ');
  if (!(await questions.confirm(`Add these aliases to it: ${names}? Nothing else in it changes.`, asked))) return false;
  addEntries(file, entries);
  const counted = [
    ...(entries.models.length === 0 ? [] : [plural(entries.models.length, 'model')]),
    ...entries.providers.map(({ id }) => `the provider ${id}`),
  ];
  line(out, `Added to ${file}: ${names}${counted.length === 0 ? '' : `; for them ${counted.join(' and ')}`}.`);
  return true;
}

function missingEntries(snapshot: Snapshot, found: readonly FoundProvider[]): Required<NewEntries> {
  const taken = takenIn(snapshot);
  const own = availableIn(snapshot);
  const names = new Set([...snapshot.providers.keys(), ...snapshot.disabled.map(({ id }) => id)]);
  const others = found.filter(({ preset }) => !names.has(preset) && !own.some((one) => one.preset === preset));
  const first = offeredAliases(own, taken);
  const slugs = new Set([...taken, ...first.models.map(({ slug }) => slug), ...first.routes.map(({ slug }) => slug)]);
  const more = offeredAliases([...own, ...others.map(availableOf)], slugs);
  const used = new Set(more.models.map(({ provider }) => provider));
  return {
    providers: others.filter(({ preset }) => used.has(preset)).map(newProvider),
    models: [...first.models, ...more.models],
    routes: [...first.routes, ...more.routes],
  };
}

function availableOf(provider: FoundProvider): Available {
  const local = provider.kind === 'local' ? { local: provider.models } : {};
  return { id: provider.preset, preset: provider.preset, models: [], ...local };
}

/** Which aliases are not there, and what each needs. */
export function tellMissing({ io, ...context }: CommandContext): void {
  const snapshot = readConfiguration({ io, ...context });
  for (const { slugs, needs } of missingAliases(takenIn(snapshot))) {
    line(io.out, `not offered: ${slugs.join(', ')}: needs ${needs}`);
  }
}

function availableIn(snapshot: Snapshot): readonly Available[] {
  return [...snapshot.providers.values()].flatMap(({ id, preset, local }): readonly Available[] => {
    if (preset === undefined) return [];
    const models = snapshot.models
      .filter((model) => model.provider.id === id)
      .map((model) => ({ slug: model.slug, id: model.upstreamId }));
    return [{ id, preset, models, ...(local ? { local: models.map((model) => model.id) } : {}) }];
  });
}

/** Those of providers that are off are taken as well. */
function takenIn(snapshot: Snapshot): ReadonlySet<string> {
  return new Set([...fixedView(snapshot).slugs, ...snapshot.disabled.flatMap(({ slugs }) => slugs)]);
}
