import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A burst counts from so many streams on: below, what it leaves behind is not worth a pause. */
const BURST = 500;
/** It is over when no stream has begun for so long, in ms. */
const QUIET_MS = 1_000;

/** Gives memory back after a burst of streams: the requests of a thousand streams that opened at once leave the heap
 *  three times as large as what they hold, and V8 keeps it while the process is busy. Costs one pause of 0.1 to 0.2 s.
 *  @param collect  the whole collection.
 *  @returns what to call when a stream begins; what that returns, when it ends. */
export function memoryKeeper(collect: () => void = collectAll): {
  readonly opened: () => () => void;
  readonly close: () => void;
} {
  let open = 0;
  let begun = 0;
  let timer: NodeJS.Timeout | undefined;

  function quiet(): void {
    timer = undefined;
    if (open < BURST) return;
    begun = 0;
    collect();
  }

  return {
    opened: () => {
      open += 1;
      begun += 1;
      if (begun >= BURST && open >= BURST) {
        if (timer === undefined) timer = setTimeout(quiet, QUIET_MS).unref();
        else timer.refresh();
      }
      let ended = false;
      return () => {
        if (!ended) open -= 1;
        ended = true;
      };
    },
    close: () => clearTimeout(timer),
  };
}

/** V8 gives its collector to scripts behind a flag alone, which may be set while it runs.
 *  Source: https://nodejs.org/api/v8.html#v8setflagsfromstringflags */
export function collectAll(): void {
  setFlagsFromString('--expose-gc');
  const collector: unknown = runInNewContext('gc');
  if (typeof collector === 'function') collector({ type: 'major', flavor: 'last-resort' });
}
