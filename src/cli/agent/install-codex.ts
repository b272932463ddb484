import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NEWEST_TESTED } from '../../codex/doctor/codex-version.ts';
import { type Codex, findCodex } from '../../codex/launch/find-codex.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { findProgram } from '../find-program.ts';
import { line } from '../io.ts';
import { withProgress } from '../progress.ts';

/** The Codex on the PATH, else one in our own home, installed when it is first needed.
 *  @throws CliError when there is none and npm cannot bring it. */
export async function anyCodex(context: CommandContext): Promise<Codex> {
  const own = join(context.places.home, 'codex');
  const found = (await findCodex(context.environment)) ?? (await ownCodex(own, context));
  if (found !== undefined) return found;
  line(context.io.err, `Codex was not found; installing @openai/codex into ${own} with npm.`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const said = await withProgress(context.io, 'installing Codex', () => npmInstall(own, context));
  const installed = await ownCodex(own, context);
  if (installed?.version !== undefined) return installed;
  throw new CliError({
    message: `Codex could not be installed into ${own}${said === '' ? '' : `: ${said}`}`,
    mend: 'npm install -g @openai/codex',
  });
}

async function ownCodex(folder: string, { environment }: CommandContext): Promise<Codex | undefined> {
  const name = process.platform === 'win32' ? 'codex.cmd' : 'codex';
  return findCodex(environment, join(folder, 'node_modules', '.bin', name));
}

/** The newest version that our tests ran against, at its latest patch. */
const TESTED_CODEX = `@openai/codex@${NEWEST_TESTED}`;

/** @returns the first line of what npm complained of; the last ones only name its log. */
function npmInstall(folder: string, { environment }: CommandContext): Promise<string> {
  const npm = findProgram('npm', environment);
  if (npm === undefined) return Promise.resolve('npm was not found on the PATH');
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', TESTED_CODEX];
  return new Promise((resolve) => {
    // npm's `.cmd` starts only in a shell; the one argument of ours that may hold a space is quoted.
    const shell = /\.(cmd|bat)$/i.test(npm);
    const child = spawn(shell ? `"${npm}"` : npm, shell ? args.map((arg) => `"${arg}"`) : args, {
      cwd: folder,
      shell,
      stdio: ['ignore', 'ignore', 'pipe'],
      windowsHide: true,
      env: { ...environment },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? '' : (said.trim().split('\n')[0] ?? '')));
  });
}
