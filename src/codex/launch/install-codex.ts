import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../../config/environment.ts';
import { type Codex, findCodex } from './find-codex.ts';
import { LaunchError } from './launch-error.ts';

/** The version that this Plugboard is tested with. */
const CODEX_PACKAGE = '@openai/codex@0.169.0';
const INSTALL_TIMEOUT_MS = 600_000;

/** The Codex that an earlier `installCodex` put into our folder, if it is there. */
export async function installedCodex(environment: Environment, home: string): Promise<Codex | undefined> {
  return findCodex(environment, binaryIn(home, process.platform));
}

/** Installs Codex into our own folder, by the user's npm and from the registry that it is set to; nothing outside of the
 *  folder changes. Takes a download of some 100 MB.
 *  @param home  PLUGBOARD_HOME.
 *  @throws LaunchError when there is no npm, or it fails. */
export async function installCodex(environment: Environment, home: string): Promise<Codex> {
  const npm = npmCommand(environment, process.platform, process.execPath, existsSync);
  const folder = folderIn(home, process.platform);
  mkdirSync(folder, { recursive: true });
  const [program, ...first] = npm;
  const args = [
    ...first,
    'install',
    '--prefix',
    folder,
    '--no-audit',
    '--no-fund',
    '--loglevel',
    'error',
    CODEX_PACKAGE,
  ];
  try {
    // npm keeps its variables: they may name the registry.
    await promisify(execFile)(program, args, { env: environment, timeout: INSTALL_TIMEOUT_MS, windowsHide: true });
  } catch (cause) {
    throw new LaunchError(`Codex could not be installed: ${reasonOf(cause)}. Run: npm install -g @openai/codex`, {
      cause,
    });
  }
  const codex = await installedCodex(environment, home);
  if (codex?.version !== undefined) return codex;
  throw new LaunchError(`npm installed Codex into ${folder}, but it does not run. Run: npm install -g @openai/codex`);
}

/** npm's own script under Node wherever it can be found: `npm.cmd` takes no arguments safely.
 *  @param runs  the path is a file.
 *  @throws LaunchError when there is none. */
export function npmCommand(
  environment: Environment,
  platform: NodeJS.Platform,
  node: string,
  runs: (path: string) => boolean,
): readonly [string, ...string[]] {
  const paths = platform === 'win32' ? win32 : posix;
  const script = environment['npm_execpath'];
  if (script !== undefined && /npm-cli\.js$/.test(script) && runs(script)) return [node, script];
  const folders = (environment['PATH'] ?? environment['Path'] ?? '')
    .split(paths.delimiter)
    .filter((folder) => folder !== '');
  for (const folder of folders) {
    const program = paths.join(folder, 'npm');
    const own = paths.join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
    if (platform === 'win32' && runs(own)) return [node, own];
    if (platform !== 'win32' && runs(program)) return [program];
  }
  throw new LaunchError(
    'There is no npm on the PATH. Install Node.js with npm, then run: npm install -g @openai/codex',
  );
}

function folderIn(home: string, platform: NodeJS.Platform): string {
  return (platform === 'win32' ? win32 : posix).join(home, 'codex');
}

function binaryIn(home: string, platform: NodeJS.Platform): string {
  const { join } = platform === 'win32' ? win32 : posix;
  return join(folderIn(home, platform), 'node_modules', '.bin', platform === 'win32' ? 'codex.cmd' : 'codex');
}

/** npm's last words, which name the cause. */
function reasonOf(cause: unknown): string {
  const stderr = cause instanceof Error && 'stderr' in cause && typeof cause.stderr === 'string' ? cause.stderr : '';
  const line = stderr.split('\n').find((text) => /npm error (?!code|A complete log)/.test(text));
  return (
    line?.replace(/^npm error /, '').trim() ??
    (cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : 'npm failed')
  );
}
