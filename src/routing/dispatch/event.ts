import type { Attempt } from '../../ir/attempt.ts';

/** What the dispatcher tells of its work, as it happens. `at` is ms since the epoch and never goes back.
 *  @property id           pairs the events of one attempt; unique among those under way.
 *  @property inputTokens  as estimated before the call, with what a cache may hold.
 *  @property cachedTokens  of these, what is believed to lie in the deployment's prompt cache.
 *  `attempt-first-token` is the first content of a streamed reply, which tells of a deployment's speed long before the
 *  reply ends; a reply without it counts when it ends. An `attempt-end` without a start counts all the same.
 *  `queued` and `unqueued`: a request waits for a free place at this deployment; one that waits for several is told of
 *  each. */
export type DispatchEvent =
  | (Deployment & {
      readonly type: 'attempt-start';
      readonly id: string;
      readonly credentialId?: string;
      readonly inputTokens?: number;
      readonly cachedTokens?: number;
      readonly at: number;
    })
  | (Deployment & { readonly type: 'attempt-first-token'; readonly id: string; readonly at: number })
  | { readonly type: 'attempt-end'; readonly id?: string; readonly attempt: Attempt; readonly at: number }
  | (Deployment & { readonly type: 'queued' | 'unqueued'; readonly at: number });

/** @property model  the id at the provider. */
export type Deployment = { readonly provider: string; readonly model: string };

/** The name under which figures of a deployment are kept. */
export function deploymentKey({ provider, model }: Deployment): string {
  return `${provider}/${model}`;
}
