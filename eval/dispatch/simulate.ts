import type { Attempt } from '../../src/ir/attempt.ts';
import type { Failure } from '../../src/ir/failure.ts';
import type { Usage } from '../../src/ir/usage.ts';
import type { DispatchEvent } from '../../src/routing/dispatch/event.ts';
import type { Random } from '../../src/statistics/random.ts';
import { capacity, type SimulatedDeployment } from './deployments.ts';
import { type Episode, Timeline } from './episodes.ts';
import { Heap } from './heap.ts';
import { logNormal } from './noise.ts';
import { type Call, type Fate, type Schedule, Server, USUAL_NOISE } from './server.ts';
import { meanSizes, type Requests } from './traces.ts';

/** What a run takes place in. @property episodes  what goes wrong, and when.
 *  @property noise  of the servers' times, of their logarithm; absent: the usual. */
export type World = {
  readonly deployments: readonly SimulatedDeployment[];
  readonly episodes: readonly Episode[];
  readonly requests: Requests;
  readonly noise?: number;
};

/** One request as a gateway sees it. @property inputTokens  an estimate. @property session  -1: none. */
export type Asked = { readonly index: number; readonly inputTokens: number; readonly session: number };

/** Decides where requests go. Made anew for each run.
 *  @property plan     indexes of deployments, in the order in which they are tried: never empty.
 *  @property observe  hears what the gateway's dispatcher hears, and of which request. */
export type Dispatcher = {
  readonly plan: (asked: Asked, now: number) => readonly number[];
  readonly observe: (event: DispatchEvent, asked: Asked) => void;
};

export type Policy = {
  readonly name: string;
  readonly begin: (world: World, random: Random, truth: Truth) => Dispatcher;
};

/** What only an oracle may look at. */
export type Truth = { readonly timeline: Timeline; readonly servers: readonly Pick<Server, 'load'>[] };

/** By request. @property ttftMs  from its arrival to the first token; NaN where none came.
 *  @property failed  1 where the client saw an error. @property served  by which deployment, or -1.
 *  @property costNanoUsd  of all its attempts. @property cached  tokens that a server's cache had. */
export type Outcome = {
  readonly ttftMs: Float64Array;
  readonly latencyMs: Float64Array;
  readonly failed: Uint8Array;
  readonly attempts: Uint8Array;
  readonly served: Int8Array;
  readonly costNanoUsd: Float64Array;
  readonly cached: Float64Array;
};

/** The bounded queue in front: what finds all its targets full waits there. */
const QUEUE = { length: 100, waitMs: 30_000 };
/** How wrong an estimate of a prompt's tokens is, of its logarithm. */
const ESTIMATE_NOISE = 0.1;
/** The product's clock does not start at zero. */
export const EPOCH = 1_000_000_000_000;

type Waiting = { readonly request: number; readonly since: number };
type Happening =
  | { readonly type: 'arrival'; readonly request: number }
  | { readonly type: 'first'; readonly call: Call }
  | { readonly type: 'end'; readonly call: Call; readonly fate: Fate }
  | { readonly type: 'bound'; readonly waiting: Waiting };

/** Runs all requests of a world through a policy, as the gateway would: the targets of the plan in their order, the first
 *  that has a place; what fails before its first token goes on to the next; a bounded queue where all are full.
 *  @param seed  of the servers' noise: the same for every policy. */
export function simulate(world: World, policy: Policy, random: (purpose: string) => Random): Outcome {
  const { deployments, requests } = world;
  const timeline = new Timeline(deployments.length, world.episodes);
  const heap = new Heap<Happening>();
  const schedule: Schedule = {
    first: (call, at) => heap.push(at, { type: 'first', call }),
    end: (call, at, fate) => heap.push(at, { type: 'end', call, fate }),
  };
  const sizes = meanSizes(requests);
  const servers = deployments.map(
    (one, index) =>
      new Server(
        one,
        index,
        capacity(one, sizes.input, sizes.output),
        timeline,
        random(`server ${index}`),
        schedule,
        world.noise ?? USUAL_NOISE,
      ),
  );
  const dispatcher = policy.begin(world, random('policy'), { timeline, servers });
  const estimates = random('estimates');
  const outcome = emptyOutcome(requests.count);
  const plans: (readonly number[])[] = [];
  const asks: Asked[] = [];
  const tried: Set<number>[] = [];
  const queue: Waiting[] = [];
  const flying = new Int32Array(deployments.length);
  const caps = deployments.map(({ model }) => model.provider.concurrency ?? Number.POSITIVE_INFINITY);
  let calls = 0;

  for (let request = 0; request < requests.count; request += 1) {
    heap.push(requests.arrival[request] ?? 0, { type: 'arrival', request });
  }
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
    const { time: now, item } = next;
    switch (item.type) {
      case 'arrival':
        arrive(item.request, now);
        break;
      case 'first':
        item.call.firstAt = now;
        outcome.ttftMs[item.call.request] = now - (requests.arrival[item.call.request] ?? 0);
        tell({ type: 'attempt-first-token', ...idOf(item.call), id: item.call.id, at: EPOCH + now }, item.call.request);
        break;
      case 'end':
        end(item.call, item.fate, now);
        break;
      default: {
        const at = queue.indexOf(item.waiting);
        if (at === -1) break;
        queue.splice(at, 1);
        unqueue(item.waiting.request, now);
        outcome.failed[item.waiting.request] = 1;
      }
    }
  }
  return outcome;

  function tell(event: DispatchEvent, request: number): void {
    const asked = asks[request];
    if (asked !== undefined) dispatcher.observe(event, asked);
  }

  function arrive(request: number, now: number): void {
    const inputTokens = Math.max(1, Math.round((requests.input[request] ?? 0) * logNormal(estimates, ESTIMATE_NOISE)));
    const asked = { index: request, inputTokens, session: requests.session[request] ?? -1 };
    asks[request] = asked;
    plans[request] = dispatcher.plan(asked, now);
    tried[request] = new Set();
    if (!place(request, now)) enqueue(request, now);
  }

  /** @returns false where all targets that are left are full. */
  function place(request: number, now: number): boolean {
    const done = tried[request] ?? new Set();
    let left = false;
    for (const deployment of plans[request] ?? []) {
      if (done.has(deployment)) continue;
      left = true;
      if ((flying[deployment] ?? 0) >= (caps[deployment] ?? 0)) continue;
      done.add(deployment);
      send(request, deployment, now);
      return true;
    }
    if (left) return false;
    outcome.failed[request] = 1;
    return true;
  }

  function send(request: number, deployment: number, now: number): void {
    const input = requests.input[request] ?? 0;
    const call: Call = {
      request,
      deployment,
      id: String(calls++),
      startedAt: now,
      input,
      output: requests.output[request] ?? 0,
      blocks: requests.blocks?.[request],
      cached: 0,
      firstAt: undefined,
      taken: false,
      doomed: false,
    };
    flying[deployment] = (flying[deployment] ?? 0) + 1;
    outcome.attempts[request] = (outcome.attempts[request] ?? 0) + 1;
    const { inputTokens = input } = asks[request] ?? {};
    tell({ type: 'attempt-start', ...idOf(call), id: call.id, inputTokens, at: EPOCH + now }, request);
    servers[deployment]?.send(call, now);
  }

  function end(call: Call, fate: Fate, now: number): void {
    const { request, deployment } = call;
    flying[deployment] = (flying[deployment] ?? 0) - 1;
    const attempt = attemptOf(call, fate, now);
    outcome.costNanoUsd[request] = (outcome.costNanoUsd[request] ?? 0) + (attempt.costNanoUsd ?? 0);
    tell({ type: 'attempt-end', id: call.id, attempt, at: EPOCH + now }, request);
    servers[deployment]?.left(call, now);
    if (fate === undefined) {
      outcome.latencyMs[request] = now - (requests.arrival[request] ?? 0);
      outcome.served[request] = deployment;
      outcome.cached[request] = call.cached;
    } else if (call.firstAt !== undefined) outcome.failed[request] = 1;
    else if (!place(request, now)) enqueue(request, now);
    for (const waiting of [...queue]) {
      if (!place(waiting.request, now)) continue;
      queue.splice(queue.indexOf(waiting), 1);
      unqueue(waiting.request, now);
    }
  }

  function enqueue(request: number, now: number): void {
    if (queue.length >= QUEUE.length) {
      outcome.failed[request] = 1;
      return;
    }
    const waiting = { request, since: now };
    queue.push(waiting);
    heap.push(now + QUEUE.waitMs, { type: 'bound', waiting });
    tellQueue('queued', request, now);
  }

  function unqueue(request: number, now: number): void {
    tellQueue('unqueued', request, now);
  }

  function tellQueue(type: 'queued' | 'unqueued', request: number, now: number): void {
    for (const deployment of plans[request] ?? []) {
      tell({ type, ...deploymentId(deployment), at: EPOCH + now }, request);
    }
  }

  function deploymentId(deployment: number): { readonly provider: string; readonly model: string } {
    const model = deployments[deployment]?.model;
    return { provider: model?.provider.id ?? '', model: model?.upstreamId ?? '' };
  }

  function idOf({ deployment }: Call): { readonly provider: string; readonly model: string } {
    return deploymentId(deployment);
  }

  function attemptOf(call: Call, fate: Fate, now: number): Attempt {
    const generated = fate === undefined ? call.output : Math.floor(call.output / 2);
    const served = fate === undefined || call.firstAt !== undefined;
    const usage: Usage = {
      freshInput: call.input - call.cached,
      cacheRead: call.cached,
      cacheWrite: 0,
      output: generated,
      reasoning: 0,
    };
    const price = deployments[call.deployment]?.model.price;
    const failure: Failure | undefined = fate === undefined ? undefined : { message: '', ...fate };
    return {
      ...idOf(call),
      slug: deployments[call.deployment]?.model.slug ?? '',
      startedAt: EPOCH + call.startedAt,
      totalMs: now - call.startedAt,
      ...(call.firstAt === undefined ? {} : { firstTokenMs: call.firstAt - call.startedAt }),
      ...(failure === undefined ? {} : { failure }),
      ...(served && price !== undefined
        ? {
            usage,
            costNanoUsd:
              price.input * usage.freshInput +
              (price.cacheRead ?? price.input) * usage.cacheRead +
              price.output * usage.output,
          }
        : {}),
    };
  }
}

function emptyOutcome(count: number): Outcome {
  return {
    ttftMs: new Float64Array(count).fill(Number.NaN),
    latencyMs: new Float64Array(count).fill(Number.NaN),
    failed: new Uint8Array(count),
    attempts: new Uint8Array(count),
    served: new Int8Array(count).fill(-1),
    costNanoUsd: new Float64Array(count),
    cached: new Float64Array(count),
  };
}
