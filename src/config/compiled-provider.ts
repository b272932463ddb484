import type { Provider } from '../providers/provider.ts';
import type { Environment } from './environment.ts';
import type { UnsetVariable } from './variables.ts';

/** What one entry of `providers:` becomes. `refused` is a mistake in the file; `disabled` waits for something outside
 *  it, as a key. @property key  the member of the entry that is meant; `` for the entry. */
export type CompiledProvider =
  | { readonly state: 'usable'; readonly provider: Provider; readonly warnings: readonly string[] }
  | { readonly state: 'disabled'; readonly reason: string }
  | { readonly state: 'refused'; readonly key: string; readonly message: string; readonly mend: string };

/** @property unset   variables of this entry that have no value; `path` starts at the entry.
 *  @property folder  of the configuration file: relative paths start there. */
export type ProviderContext = {
  readonly environment: Environment;
  readonly unset: readonly UnsetVariable[];
  readonly folder: string;
  readonly envFile: string;
};

export function refused(key: string, message: string, mend: string): Extract<CompiledProvider, { state: 'refused' }> {
  return { state: 'refused', key, message, mend };
}
