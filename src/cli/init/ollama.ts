import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandContext } from '../context.ts';
import { withProgress } from '../progress.ts';
import { findLocalServers } from './detect.ts';
import type { FoundProvider } from './plan-config.ts';
import { LOCAL_CONTEXT_LENGTH } from './suggestions.ts';

const START_LIMIT_MS = 20_000;
const POLL_MS = 300;

/** Starts the server as a process that outlives this one, with a window in which an agent's first prompt has room.
 *  @param program  the server's own file. @returns what it offers, or `undefined` when it did not come up. */
export async function startOllama(program: string, context: CommandContext): Promise<FoundProvider | undefined> {
  const child = spawn(program, ['serve'], {
    detached: true,
    windowsHide: true,
    stdio: 'ignore',
    env: { OLLAMA_CONTEXT_LENGTH: LOCAL_CONTEXT_LENGTH, ...context.environment },
  });
  let failed = false;
  child.once('error', () => {
    failed = true;
  });
  child.unref();
  return withProgress(context.io, 'starting Ollama', async () => {
    for (const deadline = Date.now() + START_LIMIT_MS; Date.now() < deadline && !failed; await sleep(POLL_MS)) {
      const found = (await findLocalServers(context)).find((server) => server.preset === 'ollama');
      if (found !== undefined) return found;
    }
    return undefined;
  });
}

/** Pulls a model with the server's own program, whose progress goes to the terminal. @returns whether it came. */
export function pullModel(program: string, model: string, context: CommandContext): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, ['pull', model], {
      stdio: ['ignore', 2, 2],
      windowsHide: true,
      env: context.environment,
    });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
