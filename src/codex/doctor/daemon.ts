import { type Finding, warning } from './finding.ts';

/** Codex's background app-server, which the terminal interface starts once and keeps with the variables of that moment.
 *  @property startedAt  ms since the epoch.
 *  @property variables  of the running process, where the system lets us read them (Linux). */
export type DaemonFacts = {
  readonly pid: number;
  readonly startedAt: number;
  readonly variables?: { readonly [name: string]: string | undefined };
};

const MEND = 'Run: codex app-server daemon restart (or start the terminal interface with: codex --no-daemon)';

/** @param keys             the variables that Codex's config reads keys from.
 *  @param configChangedAt  when Codex's config.toml last changed, ms since the epoch. */
export function checkDaemon(
  daemon: DaemonFacts | undefined,
  keys: readonly string[],
  shell: { readonly [name: string]: string | undefined },
  configChangedAt: number | undefined,
): Finding[] {
  if (daemon === undefined) return [];
  const { variables } = daemon;
  if (variables !== undefined) {
    const stale = keys.filter((name) => (variables[name] ?? '') !== (shell[name] ?? ''));
    return stale.length === 0
      ? []
      : [
          warning(
            'daemon-stale',
            `Codex's background process (pid ${daemon.pid}) still has an older ${stale.join(', ')}.`,
            MEND,
          ),
        ];
  }
  return configChangedAt !== undefined && configChangedAt > daemon.startedAt && keys.length > 0
    ? [
        warning(
          'daemon-stale',
          `Codex's background process (pid ${daemon.pid}) is older than Codex's config and may hold older variables.`,
          MEND,
        ),
      ]
    : [];
}
