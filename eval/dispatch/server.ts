import type { FailureKind } from '../../src/ir/failure.ts';
import type { Random } from '../../src/statistics/random.ts';
import type { SimulatedDeployment } from './deployments.ts';
import type { Timeline } from './episodes.ts';
import { between, logNormal } from './noise.ts';
import { BLOCK } from './traces.ts';

/** How long an attempt waits for its first byte, and for a connection to one that hangs: the gateway's own timeouts. */
const FIRST_BYTE_MS = 120_000;
const CONNECT_MS = 10_000;
/** Of a failing deployment's failures, these break in the middle of the reply. */
const CUT_SHARE = 0.2;
/** A server's times differ by about this much, of their logarithm, for the same work. */
export const USUAL_NOISE = 0.15;
/** Requests that a throttled deployment takes at once, above its rate. */
const BURST = 2;
/** How long a block of prefix stays in a cache unread: for good, since the measure is a cache without bounds. */
const CACHE_MS = Number.POSITIVE_INFINITY;

/** One attempt as the world sees it. @property taken  it has a slot. */
export type Call = {
  readonly request: number;
  readonly deployment: number;
  readonly id: string;
  readonly startedAt: number;
  readonly input: number;
  readonly output: number;
  readonly blocks: readonly number[] | undefined;
  cached: number;
  firstAt: number | undefined;
  taken: boolean;
  doomed: boolean;
};

export type Fate = { readonly kind: FailureKind; readonly retryAfterMs?: number } | undefined;

/** What the server decides of a call: each is told once its time has come. */
export type Schedule = {
  readonly first: (call: Call, at: number) => void;
  readonly end: (call: Call, at: number, fate: Fate) => void;
};

/** One deployment at work. */
export class Server {
  readonly #of: SimulatedDeployment;
  readonly #index: number;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #schedule: Schedule;
  readonly #requestsPerMs: number;
  readonly #noise: number;
  readonly #waiting: Call[] = [];
  readonly #cache = new Map<number, number>();
  #active = 0;
  #prefillFreeAt = 0;
  #allowance = BURST;
  #allowedAt = 0;

  constructor(
    of: SimulatedDeployment,
    index: number,
    requestsPerSecond: number,
    timeline: Timeline,
    random: Random,
    schedule: Schedule,
    noise: number,
  ) {
    this.#of = of;
    this.#noise = noise;
    this.#index = index;
    this.#requestsPerMs = requestsPerSecond / 1_000;
    this.#timeline = timeline;
    this.#random = random;
    this.#schedule = schedule;
  }

  /** Requests that wait at its door or are worked on: for an oracle. */
  get load(): { readonly active: number; readonly waiting: number; readonly prefillFreeAt: number } {
    return { active: this.#active, waiting: this.#waiting.length, prefillFreeAt: this.#prefillFreeAt };
  }

  send(call: Call, now: number): void {
    const episode = this.#timeline.at(this.#index, now);
    const soon = now + this.#of.baseMs * between(this.#random, 0.5, 1.5);
    if (episode?.kind === 'dead') {
      const hangs = episode.severity === 1;
      this.#schedule.end(call, hangs ? now + CONNECT_MS : soon, { kind: hangs ? 'timeout' : 'transport' });
      return;
    }
    if (episode?.kind === 'throttled' && !this.#allowed(now, episode.severity)) {
      const { retryAfterMs } = episode;
      this.#schedule.end(call, soon, { kind: 'rate-limited', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
      return;
    }
    if (episode?.kind === 'failing' && this.#random() < episode.severity) {
      if (this.#random() >= CUT_SHARE) {
        this.#schedule.end(call, soon, { kind: 'server-error' });
        return;
      }
      call.doomed = true;
    }
    if (this.#active < this.#of.slots) this.#admit(call, now);
    else this.#waiting.push(call);
  }

  /** A call has ended, and its slot is free. */
  left(call: Call, now: number): void {
    if (!call.taken) return;
    this.#active -= 1;
    while (this.#active < this.#of.slots) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#admit(next, now);
    }
  }

  #admit(call: Call, now: number): void {
    if (this.#timeline.at(this.#index, now)?.kind === 'dead') {
      this.#schedule.end(call, now, { kind: 'transport' });
      return;
    }
    if (now - call.startedAt >= FIRST_BYTE_MS) {
      this.#schedule.end(call, now, { kind: 'timeout' });
      return;
    }
    call.taken = true;
    this.#active += 1;
    call.cached = this.#remember(call, now);
    const episode = this.#timeline.at(this.#index, now);
    const slow = episode?.kind === 'slow' ? episode.severity : 1;
    const { baseMs, prefill, decode, slots } = this.#of;
    const noise = (): number => logNormal(this.#random, this.#noise);
    const reading = ((call.input - call.cached) / prefill) * 1_000 * slow * noise();
    this.#prefillFreeAt = Math.max(now, this.#prefillFreeAt) + reading;
    const firstAt = this.#prefillFreeAt + baseMs * slow * noise();
    const perToken = (1_000 / decode) * (1 + this.#active / slots) * slow * noise();
    const wholeAt = firstAt + call.output * perToken;
    const cutAt = Math.min(
      this.#timeline.nextDeath(this.#index, now),
      call.doomed ? firstAt + (call.output * perToken) / 2 : Number.POSITIVE_INFINITY,
    );
    const lateAt = call.startedAt + FIRST_BYTE_MS;
    if (firstAt > Math.min(cutAt, lateAt)) {
      const late = lateAt < cutAt;
      this.#schedule.end(call, Math.min(cutAt, lateAt), { kind: late ? 'timeout' : 'transport' });
      return;
    }
    this.#schedule.first(call, firstAt);
    if (cutAt < wholeAt) this.#schedule.end(call, cutAt, { kind: 'cut' });
    else this.#schedule.end(call, wholeAt, undefined);
  }

  #allowed(now: number, share: number): boolean {
    const refill = (now - this.#allowedAt) * this.#requestsPerMs * share;
    this.#allowance = Math.min(BURST, this.#allowance + refill);
    this.#allowedAt = now;
    if (this.#allowance < 1) return false;
    this.#allowance -= 1;
    return true;
  }

  /** @returns the tokens of the prompt that lie in the cache. */
  #remember({ blocks, input }: Call, now: number): number {
    if (blocks === undefined) return 0;
    let shared = 0;
    while (
      shared < blocks.length &&
      (this.#cache.get(blocks[shared] ?? -1) ?? Number.NEGATIVE_INFINITY) > now - CACHE_MS
    )
      shared += 1;
    for (const block of blocks) this.#cache.set(block, now);
    return Math.min(shared * BLOCK, input);
  }
}
