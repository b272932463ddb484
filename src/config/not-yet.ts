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

/** What the file sets to another value than the default and this version does not keep. */
export function unkeptSettings(config: ConfigFile): readonly Unkept[] {
  const defaults = configSchema.parse({}, { jitless: true });
  const unkept: Unkept[] = [];
  for (const key of changed(config.adaptive_router, defaults.adaptive_router)) {
    const path = ['adaptive_router', key];
    if (key === 'enabled') {
      unkept.push({ path, refused: true, message: 'this version has no adaptive router.', mend: 'Set it to false.' });
    } else unkept.push(withoutEffect(path));
  }
  return unkept;
}

function withoutEffect(path: readonly string[]): Unkept {
  return { path, refused: false, message: 'has no effect in this version.', mend: '' };
}

function changed(section: object, defaults: object): readonly string[] {
  return Object.keys(section).filter(
    (key) => JSON.stringify(Reflect.get(section, key)) !== JSON.stringify(Reflect.get(defaults, key)),
  );
}
