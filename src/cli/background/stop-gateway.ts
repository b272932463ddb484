import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { callGateway, GatewayUnreachable } from '../gateway-client.ts';
import { withProgress } from '../progress.ts';
import { findRecorded, forget, type RunningGateway } from './find-gateway.ts';
import { isRunning, looksLikeGateway } from './process.ts';

const DRAIN_LIMIT_MS = 15_000;
const KILL_LIMIT_MS = 5_000;
const POLL_MS = 25;

/** @property how  `drained`: it ended by itself when asked; `killed`: it had to be; `absent`: there was none. */
export type Stopped = { readonly how: 'drained' | 'killed' | 'absent'; readonly pid?: number };

/** Ends the gateway: asks it to drain, waits, and kills it when it does not. What a dead one has left is removed.
 *  @throws CliError when it cannot be ended. */
export async function stopGateway(context: CommandContext): Promise<Stopped> {
  const recorded = await findRecorded(context);
  if (recorded === undefined) return { how: 'absent' };
  const { gateway, answers } = recorded;
  const { pid } = gateway;
  if (!isRunning(pid) || (!answers && !looksLikeGateway(pid))) {
    forget(gateway, context);
    return { how: 'absent' };
  }
  return withProgress(context.io, 'waiting for the gateway to finish what it serves', async () => {
    await askToStop(gateway);
    if (await isGone(pid, DRAIN_LIMIT_MS)) {
      forget(gateway, context);
      return { how: 'drained', pid };
    }
    kill(pid, 'SIGKILL');
    if (!(await isGone(pid, KILL_LIMIT_MS))) {
      throw new CliError({
        message: `the gateway, process ${pid}, cannot be ended`,
        mend: `End process ${pid} by hand.`,
      });
    }
    forget(gateway, context);
    return { how: 'killed', pid };
  });
}

/** Windows knows no SIGTERM that a process could answer, so there the gateway is asked over its own door. */
async function askToStop(gateway: RunningGateway): Promise<void> {
  if (process.platform !== 'win32') return kill(gateway.pid, 'SIGTERM');
  try {
    await callGateway(gateway, { method: 'POST', path: '/admin/shutdown', body: {}, timeoutMs: 5_000 });
  } catch (error) {
    if (!(error instanceof GatewayUnreachable)) throw error;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
    throw error;
  }
}

async function isGone(pid: number, limitMs: number): Promise<boolean> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; await sleep(POLL_MS)) {
    if (!isRunning(pid)) return true;
  }
  return !isRunning(pid);
}
