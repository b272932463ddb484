import type { Environment } from '../../config/environment.ts';
import { codexEnvironment } from './codex-environment.ts';
import type { Codex } from './find-codex.ts';
import { LaunchError } from './launch-error.ts';
import { type ExitStatus, type Program, runProgram } from './run-program.ts';

/** @property enabled        Codex's configuration points at the gateway.
 *  @property path           the folder to open; left out, the current one.
 *  @property ensureGateway  brings the gateway up if need be. */
export type AppOptions = {
  readonly codex: Codex;
  readonly enabled: boolean;
  readonly path?: string;
  readonly environment: Environment;
  readonly platform: NodeJS.Platform;
  readonly ensureGateway: () => Promise<unknown>;
};

/** Opens Codex Desktop on a folder, by `codex app`. The app is a program of its own that takes neither `-c` nor our
 *  variables, and asks the configuration alone where to go: without `enable` it cannot be sent through the gateway.
 *  @throws LaunchError on Linux, where there is no such app, and where the takeover is off. */
export async function openApp(options: AppOptions): Promise<ExitStatus> {
  const program = appProgram(options);
  await options.ensureGateway();
  return runProgram(program);
}

export function appProgram({ codex, enabled, path, environment, platform }: AppOptions): Program {
  if (platform !== 'darwin' && platform !== 'win32') {
    throw new LaunchError('Codex Desktop exists for macOS and Windows only. Use `plugboard codex` here.');
  }
  if (!enabled) {
    throw new LaunchError(
      'Codex Desktop reads only its configuration file, so it needs `plugboard enable` first; `plugboard disable` gives ' +
        'the file back afterwards. If the app is already open, close it once so that it reads the file again.',
    );
  }
  return {
    command: codex.command,
    args: ['app', ...(path === undefined ? [] : [path])],
    environment: codexEnvironment(environment, platform),
  };
}
