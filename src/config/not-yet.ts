import type { Overrides } from './overrides.ts';
import { type ConfigFile, configSchema } from './schema.ts';

/** A setting that this version reads but does not keep.
 *  @property path     in the file, or the variable's name alone.
 *  @property refused  it promises protection, or a choice that would silently be another one: the configuration is
 *                     refused rather than served without it. Otherwise it has no effect yet, which a warning says. */
export type Unkept = {
  readonly path: readonly string[];
  readonly message: string;
  readonly mend: string;
  readonly refused: boolean;
};

/** Settings of `policy` that restrict: to leave one of them out of force would be worse than to refuse it. */
const RESTRICTIONS: readonly string[] = ['max_cost_usd', 'max_cost_usd_per_session', 'max_cost_usd_per_month'];

/** What the file sets to another value than the default and this version does not keep. */
export function unkeptSettings(config: ConfigFile): readonly Unkept[] {
  const defaults = configSchema.parse({}, { jitless: true });
  const unkept: Unkept[] = [];
  for (const key of changed(config.policy, defaults.policy)) {
    if (RESTRICTIONS.includes(key)) unkept.push(restriction(['policy', key]));
  }
  for (const key of changed(config.adaptive_router, defaults.adaptive_router)) {
    const path = ['adaptive_router', key];
    if (key === 'enabled') {
      unkept.push({ path, refused: true, message: 'this version has no adaptive router.', mend: 'Set it to false.' });
    } else unkept.push(withoutEffect(path));
  }
  return unkept;
}

/** The same for what the environment asks. */
export function unkeptOverrides(overrides: Overrides): readonly Unkept[] {
  const unkept: Unkept[] = [];
  if ((overrides.maxCostUsd?.value ?? 0) > 0) unkept.push(restriction([overrides.maxCostUsd?.variable ?? '']));
  return unkept;
}

function restriction(path: readonly string[]): Unkept {
  return {
    path,
    refused: true,
    message: 'this version cannot enforce this limit, so it does not pretend to.',
    mend: 'Take it out, and configure only providers that may be used.',
  };
}

function withoutEffect(path: readonly string[]): Unkept {
  return { path, refused: false, message: 'has no effect in this version.', mend: '' };
}

function changed(section: object, defaults: object): readonly string[] {
  return Object.keys(section).filter(
    (key) => JSON.stringify(Reflect.get(section, key)) !== JSON.stringify(Reflect.get(defaults, key)),
  );
}
