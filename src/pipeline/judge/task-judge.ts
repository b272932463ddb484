import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../../ir/failure.ts';
import type { JudgeSettings, Verdict } from '../../ir/work.ts';
import { type AskParts, askModel } from '../ask-model.ts';
import { boundedMap } from '../bounded-map.ts';
import type { Spent } from '../record.ts';
import { judgement, QUESTION, shortened } from './judge-words.ts';

/** Whose task it is. @property session  absent where the client names none.
 *  @property signal  aborts when the client leaves. @property spent  hears what the judge used. */
export type JudgeCaller = {
  readonly caller: string;
  readonly session: string | undefined;
  readonly signal: AbortSignal;
  readonly spent: Spent;
};

/** Asks a model how likely a task needs the stronger one. It never takes longer than its time limit.
 *  @returns undefined where the model did not answer in time, or not with a number. */
export type TaskJudge = (task: string, settings: JudgeSettings, caller: JudgeCaller) => Promise<Verdict | undefined>;

/** Tasks whose verdicts are remembered, in the order in which they came. */
const MAX_REMEMBERED = 5_000;
const TOKENS_PER_CHARACTER = 0.25;

/** Each task of a session is judged once, also where the judge fails: a session must not wait for it at every step. Only
 *  where the client left whose request asked is it asked again, by whoever waits or comes next. What is remembered is a
 *  digest of the task and a number, in memory alone. */
export function taskJudge(parts: AskParts): TaskJudge {
  const remembered = boundedMap<string, Promise<Judged>>(MAX_REMEMBERED);

  async function verdictOn(task: string, settings: JudgeSettings, caller: JudgeCaller): Promise<Verdict | undefined> {
    const digest = createHash('sha256').update(task).digest('base64');
    const key = JSON.stringify([caller.caller, caller.session ?? null, settings.model, digest]);
    while (!caller.signal.aborted) {
      const under = remembered.get(key);
      const asked = under ?? judged(parts, task, settings, caller);
      // Who waits for another's answer hears nothing of its errors.
      if (under === undefined)
        remembered.set(
          key,
          asked.catch(() => undefined),
        );
      const heard = await asked;
      if (heard !== 'left') return heard;
      if (under === undefined) remembered.delete(key);
    }
    return undefined;
  }

  return (task, settings, caller) => Promise.race([verdictOn(task, settings, caller), after(settings.timeoutMs)]);
}

/** `left`: the client left before there was an answer. */
type Judged = Verdict | 'left' | undefined;

async function judged(
  parts: AskParts,
  task: string,
  { model, timeoutMs }: JudgeSettings,
  { session, signal, spent }: JudgeCaller,
): Promise<Judged> {
  const words = shortened(task);
  try {
    const answer = await askModel(parts, {
      model,
      messages: [
        { role: 'system', parts: [{ type: 'text', text: QUESTION }] },
        { role: 'user', parts: [{ type: 'text', text: words }] },
      ],
      kind: `judges a task: ${model}`,
      sessionId: session,
      inputTokens: Math.ceil((QUESTION.length + words.length) * TOKENS_PER_CHARACTER),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      spent,
    });
    const need = answer === undefined ? undefined : judgement(answer.text);
    if (need !== undefined) return { by: model, need };
    return signal.aborted ? 'left' : undefined;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return signal.aborted ? 'left' : undefined;
  }
}

async function after(ms: number): Promise<undefined> {
  await sleep(ms, undefined, { ref: false });
  return undefined;
}
