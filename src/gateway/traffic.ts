import type { Attempt } from '../ir/attempt.ts';
import type { Target } from '../providers/provider.ts';
import { type Beliefs, NO_BELIEFS } from '../routing/adaptive/belief.ts';
import { follow } from '../routing/adaptive/follow.ts';
import { type Deployment, type DispatchEvent, deploymentKey } from '../routing/dispatch/event.ts';
import { type Health, NO_HEALTH } from '../routing/dispatch/health.ts';
import { forgotten, observe } from '../routing/dispatch/observe.ts';
import type { DispatchSettings } from '../routing/dispatch/settings.ts';
import { standingOf } from '../routing/dispatch/standing.ts';
import { createQueue, type QueueBounds } from '../upstream/queue.ts';
import type { Traffic } from '../upstream/traffic.ts';

/** @property dispatch, bounds  in the configuration of this moment.
 *  @property adapts  the adaptive router is on: else nothing is believed.
 *  @property ended   hears of every attempt when it is over.
 *  @property now     ms since the epoch. */
export type TrafficParts = {
  readonly dispatch: () => DispatchSettings;
  readonly bounds: () => QueueBounds;
  readonly adapts: () => boolean;
  readonly ended: (attempt: Attempt) => void;
  readonly now: () => number;
};

/** The one cell that holds what is known of the deployments.
 *  @property reset  forgets what was learned of one deployment, or of all; what is under way stays counted.
 *                   @returns how many were forgotten. */
export type TrafficCell = {
  readonly traffic: Traffic;
  readonly health: () => Health;
  readonly beliefs: () => Beliefs;
  readonly reset: (deployment?: string) => number;
};

export function createTraffic({ dispatch, bounds, adapts, ended, now }: TrafficParts): TrafficCell {
  let health: Health = NO_HEALTH;
  let beliefs: Beliefs = NO_BELIEFS;
  let started = 0;
  const tell = (event: DispatchEvent): void => {
    if (adapts()) beliefs = follow(beliefs, event, health);
    health = observe(health, event);
  };
  const queue = createQueue(bounds, now);
  const traffic: Traffic = {
    queue,
    standing: (target, inputTokens) => standingOf(target, inputTokens, { health, dispatch: dispatch(), now: now() }),
    started: (target, inputTokens, cachedTokens) => {
      const deployment = deploymentOf(target);
      started += 1;
      const id = String(started);
      const { credential } = target;
      const key = credential === null ? {} : { credentialId: credential.id };
      const tokens = { inputTokens, cachedTokens };
      tell({ type: 'attempt-start', ...deployment, ...key, ...tokens, id, at: now() });
      return {
        firstToken: () => {
          tell({ type: 'attempt-first-token', ...deployment, id, at: now() });
          queue.changed();
        },
        ended: (attempt) => {
          tell({ type: 'attempt-end', id, attempt, at: now() });
          ended(attempt);
          queue.changed();
        },
      };
    },
    waiting: (targets) => {
      const deployments = [...new Map(targets.map((target) => [keyOf(target), deploymentOf(target)])).values()];
      for (const one of deployments) tell({ type: 'queued', ...one, at: now() });
      return () => {
        for (const one of deployments) tell({ type: 'unqueued', ...one, at: now() });
      };
    },
  };
  return {
    traffic,
    health: () => health,
    beliefs: () => beliefs,
    reset: (deployment) => {
      const { size } = health;
      if (deployment === undefined) {
        health = forgotten(health);
        beliefs = NO_BELIEFS;
        queue.changed();
        return size;
      }
      beliefs = new Map([...beliefs].filter(([key]) => key !== deployment));
      const known = health.get(deployment);
      if (known === undefined) return 0;
      const kept = new Map(health);
      const rest = forgotten(new Map([[deployment, known]])).get(deployment);
      if (rest === undefined) kept.delete(deployment);
      else kept.set(deployment, rest);
      health = kept;
      queue.changed();
      return 1;
    },
  };
}

function deploymentOf({ model }: Target): Deployment {
  return { provider: model.provider.id, model: model.upstreamId };
}

function keyOf(target: Target): string {
  return deploymentKey(deploymentOf(target));
}
