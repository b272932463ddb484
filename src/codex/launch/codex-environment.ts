import { posix, win32 } from 'node:path';
import type { Environment } from '../../config/environment.ts';

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** The variables that Codex is started with: the user's own, as if no npm stood in between, and with loopback (and the
 *  gateway's host) outside of any proxy.
 *  @param hosts  further hosts that must be reached directly. */
export function codexEnvironment(
  environment: Environment,
  platform: NodeJS.Platform,
  hosts: readonly string[] = [],
): Record<string, string> {
  const kept: Record<string, string> = {};
  const byNpm = startedByNpm(environment);
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || (byNpm && isNpmVariable(name))) continue;
    kept[name] = byNpm && name.toUpperCase() === 'PATH' ? userPath(value, platform) : value;
  }
  const direct = noProxy(environment, [...LOOPBACK, ...hosts]);
  // Windows knows no letter case in names, and two spellings of one would be one too many.
  for (const name of Object.keys(kept)) if (/^no_proxy$/i.test(name)) delete kept[name];
  kept['NO_PROXY'] = direct;
  if (platform !== 'win32') kept['no_proxy'] = direct;
  return kept;
}

/** npm, npx or a package script started us. */
export function startedByNpm(environment: Environment): boolean {
  return Object.keys(environment).some((name) => /^npm_(execpath|lifecycle_event|command)$/i.test(name));
}

/** A PATH without the folders that npm puts in front: programs of a checkout are not the user's own. */
export function userPath(path: string, platform: NodeJS.Platform): string {
  const { delimiter } = platform === 'win32' ? win32 : posix;
  return path
    .split(delimiter)
    .filter((folder) => !/[\\/](node_modules[\\/]\.bin|node-gyp-bin)[\\/]?$/.test(folder))
    .join(delimiter);
}

function isNpmVariable(name: string): boolean {
  return /^npm_/i.test(name) || ['INIT_CWD', 'NODE', 'COLOR'].includes(name);
}

/** Both spellings count, since programs differ in which they read. `*` already means everything. */
function noProxy(environment: Environment, hosts: readonly string[]): string {
  const own = Object.entries(environment)
    .filter(([name]) => /^no_proxy$/i.test(name))
    .flatMap(([, value]) => (value ?? '').split(','))
    .map((host) => host.trim())
    .filter((host) => host !== '');
  return [...new Set([...own, ...hosts])].join(',');
}
