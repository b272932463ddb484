import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type CountedRequest, requestText } from './request-text.ts';
import type { CountAnswer, CountOrder } from './token-process.ts';

/** Counts what a request's input is in tokens, for clients that ask before they call.
 *
 *  An estimate: with OpenAI's vocabulary `o200k_base` for every model, four tokens for the marks of each message and
 *  1,100 for each image. Other makers have vocabularies of their own. One request is counted for two seconds at most, so
 *  that it holds up no other: what is left then counts like what was counted, character by character.
 *  @property count  resolves once another process has counted: nothing waits for it but its caller. Rejects when closed.
 *  @property close  ends the process, if one runs. */
export type TokenCounter = {
  readonly count: (request: CountedRequest) => Promise<number>;
  readonly close: () => Promise<void>;
};

/** Without work for this long, in ms, the process ends and gives its memory back. */
const IDLE_MS = 30_000;

/** Characters that are counted at most, in one request: no model reads more. The rest counts like these. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** Characters that wait to be counted at once. What comes beyond is told by its length alone. */
const MAX_WAITING = 64 * 1024 * 1024;
const CHARACTERS_PER_TOKEN = 4;

/** Beside this file in the sources, and beside its chunk in the bundle. */
const FILE = new URL(`./token-process${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

/** @param idleMs  see `IDLE_MS`. @param maxWaiting  see `MAX_WAITING`. */
export function createTokenCounter(idleMs = IDLE_MS, maxWaiting = MAX_WAITING): TokenCounter {
  const waiting = new Map<
    number,
    { readonly resolve: (tokens: number) => void; readonly reject: (why: Error) => void }
  >();
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let asked = 0;
  let charactersWaiting = 0;

  /** What a process that is gone still owed. */
  function abandon(why: Error): void {
    child = undefined;
    for (const { reject } of waiting.values()) reject(why);
    waiting.clear();
  }

  function started(): ChildProcess {
    clearTimeout(idle);
    if (child !== undefined) {
      hold(child);
      return child;
    }
    // It needs nothing of the environment, which holds keys.
    const begun = fork(fileURLToPath(FILE), [], {
      serialization: 'advanced',
      execArgv: [],
      env: {},
      windowsHide: true,
      stdio: 'ignore',
    });
    begun.on('message', ({ id, tokens }: CountAnswer) => {
      waiting.get(id)?.resolve(tokens);
      waiting.delete(id);
      if (waiting.size > 0) return;
      letGo(begun);
      idle = setTimeout(end, idleMs).unref();
    });
    const gone = (why: Error): void => {
      if (child === begun) abandon(why);
    };
    begun.on('error', gone);
    begun.on('exit', () => gone(new Error('the process that counts tokens has ended')));
    child = begun;
    return begun;
  }

  async function end(): Promise<void> {
    clearTimeout(idle);
    const ended = child;
    abandon(new Error('the token counter was closed'));
    if (ended === undefined || ended.exitCode !== null || !ended.connected) return;
    const exited = new Promise((resolve) => ended.once('exit', resolve));
    hold(ended);
    ended.disconnect();
    await exited;
  }

  return {
    count: async (request) => {
      const { texts, fixed } = requestText(request);
      const { kept, share } = within(texts, MAX_CHARACTERS);
      const length = charactersIn(kept);
      if (charactersWaiting + length > maxWaiting) return fixed + Math.ceil(length / share / CHARACTERS_PER_TOKEN);
      asked += 1;
      const order: CountOrder = { id: asked, texts: kept };
      charactersWaiting += length;
      try {
        const tokens = await new Promise<number>((resolve, reject) => {
          waiting.set(order.id, { resolve, reject });
          started().send(order);
        });
        return fixed + Math.round(tokens / share);
      } finally {
        charactersWaiting -= length;
      }
    },
    close: end,
  };
}

/** While nothing waits for it, it keeps no program alive that is done. */
function letGo(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

function hold(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
}

function charactersIn(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** @property share  of all characters in those that are kept. */
function within(texts: readonly string[], limit: number): { readonly kept: readonly string[]; readonly share: number } {
  const total = charactersIn(texts);
  if (total <= limit) return { kept: texts, share: 1 };
  let room = limit;
  const kept = texts.flatMap((text) => {
    const piece = text.slice(0, room);
    room -= piece.length;
    return piece === '' ? [] : [piece];
  });
  return { kept, share: limit / total };
}
