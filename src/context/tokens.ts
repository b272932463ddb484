import { Worker } from 'node:worker_threads';
import { type CountedRequest, requestText } from './request-text.ts';
import type { CountAnswer, CountOrder } from './token-worker.ts';

/** Counts what a request's input is in tokens, for clients that ask before they call.
 *
 *  An estimate: with OpenAI's vocabulary `o200k_base` for every model, four tokens for the marks of each message and
 *  1,100 for each image. Other makers' vocabularies differ from it by a tenth to a quarter.
 *  @property count  resolves once a thread has counted: nothing waits for it but its caller. Rejects when closed.
 *  @property close  ends the thread, if one runs. */
export type TokenCounter = {
  readonly count: (request: CountedRequest) => Promise<number>;
  readonly close: () => Promise<void>;
};

/** Without work for this long, in ms, the thread ends and gives its 70 MB back. */
const IDLE_MS = 30_000;

/** Characters that are counted at most, in one request: no model reads more. The rest counts like these. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** Beside this file in the sources, and beside its chunk in the bundle. */
const WORKER = new URL(`./token-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

/** @param idleMs  see `IDLE_MS`. */
export function createTokenCounter(idleMs = IDLE_MS): TokenCounter {
  const waiting = new Map<
    number,
    { readonly resolve: (tokens: number) => void; readonly reject: (why: Error) => void }
  >();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let asked = 0;

  /** What a thread that is gone still owed. */
  function abandon(why: Error): void {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(why);
    waiting.clear();
  }

  function started(): Worker {
    clearTimeout(idle);
    if (worker !== undefined) return worker;
    const begun = new Worker(WORKER);
    begun.on('message', ({ id, tokens }: CountAnswer) => {
      waiting.get(id)?.resolve(tokens);
      waiting.delete(id);
      if (waiting.size === 0) idle = setTimeout(end, idleMs).unref();
    });
    begun.on('error', (error) => abandon(error instanceof Error ? error : new Error(String(error))));
    begun.on('exit', () => {
      if (worker === begun) abandon(new Error('the thread that counts tokens has ended'));
    });
    begun.unref();
    worker = begun;
    return begun;
  }

  async function end(): Promise<void> {
    clearTimeout(idle);
    const ended = worker;
    abandon(new Error('the token counter was closed'));
    await ended?.terminate();
  }

  return {
    count: async (request) => {
      const { texts, fixed } = requestText(request);
      const { kept, share } = within(texts, MAX_CHARACTERS);
      asked += 1;
      const order: CountOrder = { id: asked, texts: kept };
      const tokens = await new Promise<number>((resolve, reject) => {
        waiting.set(order.id, { resolve, reject });
        started().postMessage(order);
      });
      return fixed + Math.round(tokens / share);
    },
    close: end,
  };
}

/** @property share  of all characters in those that are kept. */
function within(texts: readonly string[], limit: number): { readonly kept: readonly string[]; readonly share: number } {
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  if (total <= limit) return { kept: texts, share: 1 };
  let room = limit;
  const kept = texts.flatMap((text) => {
    const piece = text.slice(0, room);
    room -= piece.length;
    return piece === '' ? [] : [piece];
  });
  return { kept, share: limit / total };
}
