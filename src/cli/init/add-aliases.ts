import { addEntries } from '../../config/add-entries.ts';
import type { Snapshot } from '../../config/snapshot.ts';
import { fixedView } from '../../config/view.ts';
import { readConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { plural } from '../format.ts';
import { line } from '../io.ts';
import { missingAliases } from './alias-needs.ts';
import { type Available, offeredAliases } from './aliases.ts';
import type { Questions } from './questions.ts';

/** Adds to a configuration that is there the aliases that its providers can fill and that it does not have, if the user
 *  says so. Nothing else in it is touched. @param asked  the answer where nobody is asked. @returns were any added? */
export async function addAliases(
  file: string,
  asked: boolean,
  questions: Questions,
  context: CommandContext,
): Promise<boolean> {
  const { out } = context.io;
  const snapshot = readConfiguration(context);
  const offer = offeredAliases(availableIn(snapshot), takenIn(snapshot));
  if (offer.routes.length === 0) return false;
  const names = offer.routes.map(({ slug }) => slug).join(', ');
  if (!(await questions.confirm(`Add these aliases to it: ${names}? Nothing else in it changes.`, asked))) return false;
  addEntries(file, offer);
  const models = offer.models.length === 0 ? '' : `, and ${plural(offer.models.length, 'model')} for them`;
  line(out, `Added to ${file}: ${names}${models}.`);
  return true;
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
