import { AsyncResource } from 'node:async_hooks';

/** The one queue before the deployments: who finds none free waits here, first come first. */
export type Queue = {
  /** Asks until there is a place, whenever one may have come free.
   *  @param look  takes a place, or says why there is none. What it throws ends the wait. */
  readonly wait: <T>(look: () => Look<T>, options: WaitOptions) => Promise<Waited<T>>;
  /** A place may be free: those who wait are asked, before the next who comes. */
  readonly changed: () => void;
  /** Asks those who wait at once: to be called by who comes, before a place is looked for. */
  readonly letPass: () => void;
  readonly length: () => number;
};

/** @property afterMs  when to look again although nothing changed: a limit will have passed by then. */
export type Look<T> = { readonly taken?: T; readonly afterMs?: number };

/** @property kind    those who look for the same: where one finds nothing, the others of its kind are not asked.
 *  @property waitedMs  what the call has waited before: the bound is on all its waits together.
 *  @property ahead   goes before all others, full or not: its reply has begun, and what it waits with is held. */
export type WaitOptions = {
  readonly kind: string;
  readonly signal: AbortSignal;
  readonly waitedMs?: number;
  readonly ahead?: boolean;
};

/** `full`: so many wait already. `late`: the wait was too long. `left`: the client left. */
export type Waited<T> =
  | { readonly state: 'taken'; readonly taken: T; readonly waitedMs: number }
  | { readonly state: 'full' | 'late' | 'left'; readonly waitedMs: number };

/** @property length  how many may wait. @property waitMs  how long. */
export type QueueBounds = { readonly length: number; readonly waitMs: number };

type Waiter = { readonly kind: string; readonly ask: () => number | 'taken' | undefined };

/** @param bounds  of this moment: a reload changes them. @param now  ms on any clock that does not jump. */
export function createQueue(bounds: () => QueueBounds, now: () => number): Queue {
  const waiters: Waiter[] = [];
  let timer: NodeJS.Timeout | undefined;
  let due = false;

  /** Those of a kind find what the first of them finds, so each change costs one look a kind and one for each place. */
  function letPass(): void {
    due = false;
    clearTimeout(timer);
    timer = undefined;
    if (waiters.length === 0) return;
    const without = new Set<string>();
    let soonest: number | undefined;
    for (const waiter of [...waiters]) {
      if (without.has(waiter.kind)) continue;
      const found = waiter.ask();
      if (found === 'taken') continue;
      without.add(waiter.kind);
      if (found !== undefined) soonest = Math.min(soonest ?? found, found);
    }
    if (soonest !== undefined) timer = setTimeout(letPass, Math.max(1, Math.ceil(soonest)));
  }

  function changed(): void {
    if (due || waiters.length === 0) return;
    due = true;
    // Not on the stack of the reply that has just ended.
    queueMicrotask(letPass);
  }

  function wait<T>(
    look: () => Look<T>,
    { kind, signal, waitedMs = 0, ahead = false }: WaitOptions,
  ): Promise<Waited<T>> {
    const startedAt = now();
    const { length, waitMs } = bounds();
    // Whoever makes room calls it: it must see the policy of its own request, not of that one.
    const lookForItself = AsyncResource.bind(look);
    if (signal.aborted) return Promise.resolve({ state: 'left', waitedMs: 0 });
    if (!ahead && waiters.length >= length) return Promise.resolve({ state: 'full', waitedMs: 0 });
    const { promise, resolve, reject } = Promise.withResolvers<Waited<T>>();
    const leave = (): void => {
      const at = waiters.indexOf(waiter);
      if (at !== -1) waiters.splice(at, 1);
      clearTimeout(bound);
      if (waiters.length === 0) clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const over = (state: 'late' | 'left'): void => {
      leave();
      resolve({ state, waitedMs: now() - startedAt });
    };
    const onAbort = (): void => over('left');
    const bound = setTimeout(() => over('late'), Math.max(0, waitMs - waitedMs));
    const waiter: Waiter = {
      kind,
      ask: () => {
        let found: Look<T>;
        try {
          found = lookForItself();
        } catch (error) {
          leave();
          reject(error);
          return 'taken';
        }
        if (found.taken === undefined) return found.afterMs;
        leave();
        resolve({ state: 'taken', taken: found.taken, waitedMs: now() - startedAt });
        return 'taken';
      },
    };
    signal.addEventListener('abort', onAbort);
    if (ahead) waiters.unshift(waiter);
    else waiters.push(waiter);
    letPass();
    return promise;
  }

  return { wait, changed, letPass, length: () => waiters.length };
}
