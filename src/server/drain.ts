import type { FastifyInstance } from 'fastify';
import { starterWatch } from './starter.ts';

/** How long open streams may go on once the gateway is told to stop, in ms. */
export const DRAIN_MS = 10_000;

/** Takes no more calls, lets those that run end, and breaks off what is left after the bound. */
export async function drain(app: FastifyInstance, boundMs: number = DRAIN_MS): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), boundMs);
  // A connection that a client keeps for later is idle only once its last reply has ended.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 100);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
    clearInterval(sweep);
  }
}

/** Settles when the process is told to stop: by a signal, by `stop`, or when the parent that started it is gone, since
 *  a signal to npm does not reach what npm runs.
 *  @param watchesParent  npm started this process. */
export function untilStopped(watchesParent: boolean): {
  readonly stopped: Promise<string>;
  readonly stop: (why: string) => void;
} {
  const { promise, resolve } = Promise.withResolvers<string>();
  const isStarterThere = watchesParent ? starterWatch() : () => true;
  const watch = watchesParent
    ? setInterval(() => {
        if (!isStarterThere()) resolve('the process that started it is gone');
      }, 500)
    : undefined;
  watch?.unref();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (signal: NodeJS.Signals): void => resolve(signal);
  for (const signal of signals) process.once(signal, onSignal);
  return {
    stopped: promise.finally(() => {
      clearInterval(watch);
      // A second signal ends the process at once, as its default is.
      for (const signal of signals) process.removeListener(signal, onSignal);
    }),
    stop: resolve,
  };
}
