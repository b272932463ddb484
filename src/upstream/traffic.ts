import type { Attempt } from '../ir/attempt.ts';
import type { Target } from '../providers/provider.ts';
import type { Queue } from './queue.ts';

/** May a call go there now? `busy`: not yet, but soon: its places are taken, or it asked for a moment's patience.
 *  `limited`: it has said no for long, so that it is the last to be tried.
 *  @property freeInMs  when a busy one is free at the latest; absent where that depends on other calls. */
export type Standing =
  | { readonly state: 'free' }
  | { readonly state: 'busy'; readonly freeInMs?: number }
  | { readonly state: 'limited' };

/** What is known of the deployments, and told of them: every call that goes out to a model is told of here.
 *  @property started  exactly one `ended` follows, whatever becomes of the call. `inputTokens`: an estimate.
 *  @property queue    of the calls that find no target free. */
export type Traffic = {
  readonly standing: (target: Target) => Standing;
  readonly started: (target: Target, inputTokens: number) => void;
  readonly ended: (target: Target, attempt: Attempt) => void;
  readonly queue: Queue;
};
