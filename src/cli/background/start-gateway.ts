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
import { logFile, logSize } from './log-file.ts';
import { spawnGateway } from './spawn-gateway.ts';

const START_LIMIT_MS = 30_000;
const POLL_MS = 25;
const LOG_TAIL = 12;

/** @property already  it was up before. */
export type Started = { readonly gateway: RunningGateway; readonly already: boolean };

/** Brings the gateway up, once however many ask for it at the same time, and waits until it answers. What a gateway
 *  that died has left behind is no obstacle.
 *  @param limits  as `serve` takes them; a gateway that is up keeps its own.
 *  @throws CliError when it does not come up, with what it wrote to the log. */
export async function startGateway(context: CommandContext, limits: readonly string[] = []): Promise<Started> {
  const running = await findGateway(context);
  if (running !== undefined) return { gateway: running, already: true };
  const { home } = context.places;
  ensureHome(home);
  return withProgress(context.io, 'starting the gateway', () =>
    withLock(join(home, 'run', 'start.lock'), 2 * START_LIMIT_MS, async () => {
      // Another process may have started it while this one waited for the lock.
      const other = await findGateway(context);
      if (other !== undefined) return { gateway: other, already: true };
      const before = logSize(home);
      return { gateway: await untilLive(spawnGateway(context, limits), before, context), already: false };
    }),
  );
}

/** @param before  the log's length when the gateway was started, in bytes. */
async function untilLive(child: ChildProcess, before: number, context: CommandContext): Promise<RunningGateway> {
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
    if (failure !== undefined) throw notStarted(failure, before, context);
  }
  throw notStarted(`it did not answer within ${START_LIMIT_MS / 1_000} s`, before, context);
}

function notStarted(why: string, before: number, { places }: CommandContext): CliError {
  const file = logFile(places.home);
  const log = readFileSync(file);
  // A log that is shorter now was rotated, and is this gateway's alone.
  const own = log.length < before ? log : log.subarray(before);
  const tail = own.toString('utf8').trimEnd().split('\n').slice(-LOG_TAIL).join('\n  ');
  return new CliError({
    message: `the gateway did not start: ${why}. It wrote to ${file}:\n  ${tail}`,
    mend: 'plugboard serve, to see it happen in the foreground',
  });
}
