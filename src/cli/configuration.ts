import { loadConfig, policyWithoutFile } from '../config/load.ts';
import { modelsBehind } from '../config/models-behind.ts';
import type { Snapshot } from '../config/snapshot.ts';
import { fixedView } from '../config/view.ts';
import type { PolicySettings } from '../policy/settings.ts';
import type { Model } from '../providers/provider.ts';
import { nearest } from '../routing/nearest.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './context.ts';

/** The configuration as it stands in the file.
 *  @throws ConfigError with every issue, each with its place and mend. */
export function readConfiguration(context: CommandContext): Snapshot {
  const loaded = loadConfig({ places: context.places, environment: context.environment });
  if (!loaded.ok) throw loaded.error;
  return loaded.snapshot;
}

/** The policy of the file; of the environment alone where the file does not load: `init` is what replaces such a file.
 *  @throws ConfigError for a variable that says nothing clear. */
export function readPolicy({ places, environment }: CommandContext): PolicySettings {
  const source = { places, environment };
  const loaded = loadConfig(source);
  return loaded.ok ? loaded.snapshot.policy : policyWithoutFile(source);
}

/** The models behind a slug, at least one. @throws CliError naming the nearest slugs, or why none can be reached. */
export function requireModels(slug: string, snapshot: Snapshot): readonly Model[] {
  const models = modelsBehind(slug, fixedView(snapshot));
  if (models.length > 0) return models;
  const view = fixedView(snapshot);
  const reason = view.unavailable(slug);
  if (reason !== undefined || view.routes.has(slug)) {
    throw new CliError({
      message: `${slug} is configured but out of reach: ${reason ?? 'none of its targets can be used'}`,
      mend: 'plugboard doctor',
    });
  }
  throw unknownSlug(slug, view.slugs);
}

export function unknownSlug(slug: string, slugs: readonly string[]): CliError {
  const near = nearest(slug, slugs);
  const hint = near.length === 0 ? 'plugboard init' : `Nearest: ${near.join(', ')}. All of them: plugboard models`;
  return new CliError({ message: `no model or route is called "${slug}"`, mend: hint });
}
