import { createHash } from 'node:crypto';
import { existsSync, type FSWatcher, readFileSync, realpathSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from './issues.ts';
import { type ConfigSource, configFile, loadConfig } from './load.ts';
import type { Snapshot } from './snapshot.ts';
import { presetFiles } from './user-presets.ts';

/** @property changed  the files hold another valid configuration.
 *  @property refused  they hold a broken one: the running one stays.
 *  @property blind    the system cannot watch a folder; changes there need a restart. */
export type ConfigListener = {
  readonly changed: (snapshot: Snapshot) => void;
  readonly refused: (error: ConfigError) => void;
  readonly blind: (folder: string, error: unknown) => void;
};

/** Editors write in several steps: a change counts when the files have rested that long. */
const REST_MS = 100;
/** Some systems tell of a change before it is there, and tell nothing more. */
const SECOND_LOOK_MS = 1_000;

/** Watches the configuration, `.env` and the user's presets, if there is a folder of them at the start, through renames,
 *  deletions and links. Does not keep the process alive. */
export function watchConfig(source: ConfigSource, listener: ConfigListener): { readonly close: () => void } {
  const file = configFile(source);
  const files = [file, join(source.places.home, '.env')];
  const presets = join(source.places.home, 'presets');
  const all = (): readonly string[] => [...files, ...presetFiles(source.places.home)];
  let seen = digestOf(all());
  let wasThere = existsSync(file);
  let rest: NodeJS.Timeout | undefined;
  let secondLook: NodeJS.Timeout | undefined;

  const look = (): void => {
    const now = digestOf(all());
    if (now === seen) return;
    seen = now;
    if (wasThere && !existsSync(file)) {
      const mend = 'Write it again, or restart without it.';
      listener.refused(new ConfigError(file, [{ path: '', message: `${file} is gone; what it said stays.`, mend }]));
      return;
    }
    wasThere = existsSync(file);
    const loaded = loadConfig(source);
    if (loaded.ok) listener.changed(loaded.snapshot);
    else listener.refused(loaded.error);
  };
  const touched = (): void => {
    clearTimeout(rest);
    clearTimeout(secondLook);
    rest = setTimeout(look, REST_MS).unref();
    secondLook = setTimeout(look, SECOND_LOOK_MS).unref();
  };

  const places = files.flatMap((path) => [path, realPath(path)]);
  const watchers: FSWatcher[] = [];
  // A folder and not the file: an editor that renames puts another file in its place.
  const folders = [...places.map((path) => dirname(path)), ...(existsSync(presets) ? [presets] : [])];
  for (const folder of new Set(folders)) {
    const names = places.filter((path) => dirname(path) === folder).map((path) => basename(path));
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || folder === presets || names.includes(name)) touched();
      });
      watcher.on('error', (error) => {
        listener.blind(folder, error);
        watcher.close();
      });
      watchers.push(watcher);
    } catch (error) {
      listener.blind(folder, error);
    }
  }
  return {
    close: () => {
      clearTimeout(rest);
      clearTimeout(secondLook);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** A digest and not the texts: `.env` holds keys. */
function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    try {
      hash.update(readFileSync(file)).update('\0');
    } catch {
      hash.update('\0absent\0');
    }
  }
  return hash.digest('hex');
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
