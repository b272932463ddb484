import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureHome } from '../../config/home.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { withProgress } from '../progress.ts';
import { findGateway, type RunningGateway } from './find-gateway.ts';
import { withLock } from './lock.ts';
import { logFile } from './log-file.ts';
import { spawnGateway } from './spawn-gateway.ts';

const START_LIMIT_MS = 30_000;
const POLL_MS = 25;
const LOG_TAIL = 12;

/** @property already  it was up before. */
export type Started = { readonly gateway: RunningGateway; readonly already: boolean };

/** Brings the gateway up, once however many ask for it at the same time, and waits until it answers. What a gateway
 *  that died has left behind is no obstacle.
 *  @throws CliError when it does not come up, with the end of its log. */
export async function startGateway(context: CommandContext): Promise<Started> {
  const running = await findGateway(context);
  if (running !== undefined) return { gateway: running, already: true };
  const { home } = context.places;
  ensureHome(home);
  return withProgress(context.io, 'starting the gateway', () =>
    withLock(join(home, 'run', 'start.lock'), 2 * START_LIMIT_MS, async () => {
      // Another process may have started it while this one waited for the lock.
      const other = await findGateway(context);
      if (other !== undefined) return { gateway: other, already: true };
      return { gateway: await untilLive(spawnGateway(context), context), already: false };
    }),
  );
}

async function untilLive(child: ChildProcess, context: CommandContext): Promise<RunningGateway> {
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, signal) => {
    failure = `it ended with ${signal ?? `status ${code}`}`;
  });
  for (const deadline = Date.now() + START_LIMIT_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const gateway = await findGateway(context);
    if (gateway !== undefined) return gateway;
    if (failure !== undefined) throw notStarted(failure, context);
  }
  throw notStarted(`it did not answer within ${START_LIMIT_MS / 1_000} s`, context);
}

function notStarted(why: string, context: CommandContext): CliError {
  const file = logFile(context.places.home);
  const tail = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL).join('\n  ');
  return new CliError({
    message: `the gateway did not start: ${why}. The end of ${file}:\n  ${tail}`,
    mend: 'plugboard serve, to see it happen in the foreground',
  });
}
