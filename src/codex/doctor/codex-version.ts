import { error, type Finding, ok, warning } from './finding.ts';

/** The Codex versions that our tests ran against, as `major.minor`: the newest in full, the oldest for one loop of the
 *  SDK that brings it. */
export const OLDEST_TESTED = '0.163';
export const NEWEST_TESTED = '0.169';
const INSTALL = 'Run: npm install -g @openai/codex';

/** @param version  as `codex --version` prints it (`0.169.0`), or undefined where no Codex was found. */
export function checkCodexVersion(version: string | undefined, path: string | undefined): Finding[] {
  if (path === undefined) return [error('codex-missing', 'Codex was not found on the PATH.', INSTALL)];
  if (version === undefined) return [error('codex-broken', `${path} does not tell its version.`, INSTALL)];
  if (compareVersions(version, OLDEST_TESTED) < 0) {
    return [
      error(
        'codex-too-old',
        `Codex ${version} is older than ${OLDEST_TESTED}, the oldest that Plugboard is tested with.`,
        INSTALL,
      ),
    ];
  }
  if (compareVersions(version, NEWEST_TESTED) > 0) {
    return [
      warning(
        'codex-newer',
        `Codex ${version} is newer than ${NEWEST_TESTED}, the newest that this Plugboard is tested with.`,
        'It will most likely work. If it does not: npm install -g plugboard, or codex at the tested version.',
      ),
    ];
  }
  return [ok('codex', `Codex ${version} at ${path}.`)];
}

/** Compares as far as `wanted` goes: 0.169.3 equals 0.169. */
function compareVersions(version: string, wanted: string): number {
  const found = version.split('.').map(Number);
  for (const [index, part] of wanted.split('.').map(Number).entries()) {
    const difference = (found[index] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}
