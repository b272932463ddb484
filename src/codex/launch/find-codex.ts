import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../../config/environment.ts';
import { codexEnvironment, startedByNpm, userPath } from './codex-environment.ts';

/** A Codex on this machine.
 *  @property path     the file that was found.
 *  @property command  what runs it: on Windows npm's `.cmd` is looked through, since its quoting would spoil arguments.
 *  @property version  as it prints it (`0.169.0`); undefined when it does not run. */
export type Codex = {
  readonly path: string;
  readonly command: readonly [string, ...string[]];
  readonly version: string | undefined;
};

const VERSION_TIMEOUT_MS = 15_000;

/** The Codex that the user's shell would run. What npm put into PATH for a package script comes last: a checkout has a
 *  Codex of its own for its tests.
 *  @param given  a path to use instead of looking for one.
 *  @returns undefined when there is none. */
export async function findCodex(environment: Environment, given?: string): Promise<Codex | undefined> {
  const path = given ?? codexOnPath(environment, process.platform, isProgram);
  if (path === undefined || !isProgram(path)) return undefined;
  const command = commandOf(path, process.platform, (file) => readFileSync(file, 'utf8'));
  return { path, command, version: await versionOf(command, environment) };
}

/** @param runs  the path is a program. */
export function codexOnPath(
  environment: Environment,
  platform: NodeJS.Platform,
  runs: (path: string) => boolean,
): string | undefined {
  const paths = platform === 'win32' ? win32 : posix;
  const all = variableOf(environment, 'PATH', platform);
  const own = startedByNpm(environment) ? userPath(all, platform) : all;
  const folders = [...new Set([...own.split(paths.delimiter), ...all.split(paths.delimiter)])];
  const names = platform === 'win32' ? ['codex.exe', 'codex.cmd', 'codex.bat'] : ['codex'];
  const candidates = folders
    .filter((folder) => folder !== '')
    .flatMap((folder) => names.map((name) => paths.join(folder, name)));
  return candidates.find(runs);
}

/** npm's and pnpm's `.cmd` files name the script that they start, from their own folder. */
export function commandOf(
  path: string,
  platform: NodeJS.Platform,
  read: (path: string) => string,
): readonly [string, ...string[]] {
  if (platform !== 'win32' || !/\.(cmd|bat)$/i.test(path)) return [path];
  const script = /"%(?:~dp0|dp0%)\\?([^"%]+\.[cm]?js)"/i.exec(read(path))?.[1];
  return script === undefined ? [path] : [process.execPath, win32.join(win32.dirname(path), script)];
}

async function versionOf(
  command: readonly [string, ...string[]],
  environment: Environment,
): Promise<string | undefined> {
  const [program, ...first] = command;
  try {
    const { stdout } = await promisify(execFile)(program, [...first, '--version'], {
      env: codexEnvironment(environment, process.platform),
      timeout: VERSION_TIMEOUT_MS,
      windowsHide: true,
    });
    return parseVersion(stdout);
  } catch {
    return undefined;
  }
}

/** `codex-cli 0.169.0` -> `0.169.0`; a pre-release keeps its tail. */
export function parseVersion(output: string): string | undefined {
  return /\b\d+\.\d+\.\d+(?:-[\w.]+)?/.exec(output)?.[0];
}

/** @param wanted  `0.118`: compared as far as it goes. */
export function isAtLeast(version: string, wanted: string): boolean {
  const found = version.split(/[.-]/).map(Number);
  for (const [index, part] of wanted.split('.').map(Number).entries()) {
    const difference = (found[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Windows spells it `Path`, and a copy of the environment no longer ignores the case. */
function variableOf(environment: Environment, name: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return environment[name] ?? '';
  return Object.entries(environment).find(([key]) => key.toUpperCase() === name)?.[1] ?? '';
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, process.platform === 'win32' ? constants.F_OK : constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
