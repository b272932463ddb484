import type { Attempt } from '../ir/attempt.ts';
import type { Target } from '../providers/provider.ts';
import type { Standing } from '../routing/dispatch/standing.ts';
import type { Queue } from './queue.ts';

/** What is known of the deployments, and told of them: every call that goes out to a model is told of here.
 *  @property standing  `inputTokens`, here and below: an estimate.
 *  @property started   exactly one `ended` follows, whatever becomes of the call. `cachedTokens`: of the input, what is
 *                      believed to lie in the target's prompt cache.
 *  @property waiting   a call waits for a place at one of these, until what is returned is called.
 *  @property queue     of the calls that find no target free. */
export type Traffic = {
  readonly standing: (target: Target, inputTokens: number) => Standing;
  readonly started: (target: Target, inputTokens: number, cachedTokens: number) => UnderWay;
  readonly waiting: (targets: readonly Target[]) => () => void;
  readonly queue: Queue;
};

/** A call that went out. @property firstToken  the first content of a streamed reply has come. */
export type UnderWay = { readonly firstToken: () => void; readonly ended: (attempt: Attempt) => void };
