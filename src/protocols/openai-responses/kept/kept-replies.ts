/** One reply that later requests may go on from, with what was new in its request. Never written anywhere.
 *  @property before     the reply that its own request went on from.
 *  @property input      the request's new items as the client sent them, parted by commas.
 *  @property output     the reply's items, each as it was sent.
 *  @property openCalls  calls that no output has answered yet, by their id: how many bear it.
 *  @property response   the response object's JSON text, where it may be asked for again.
 *  @property bytes      of this reply alone. @property wholeBytes  with all that it goes on from. */
export type KeptReply = {
  readonly id: string;
  readonly before: KeptReply | undefined;
  readonly input: Uint8Array;
  readonly output: readonly Uint8Array[];
  readonly openCalls: ReadonlyMap<string, number>;
  readonly response: string | undefined;
  readonly bytes: number;
  readonly wholeBytes: number;
};

/** @property replies       how many are kept in all. @property bytes  of all that is kept.
 *  @property conversationBytes  of one conversation; a longer one is not kept.
 *  @property idleMs        a reply that nobody went on from for so long is forgotten. */
export type KeepLimits = {
  readonly replies: number;
  readonly bytes: number;
  readonly conversationBytes: number;
  readonly idleMs: number;
};

type Entry = { readonly owner: string; readonly reply: KeptReply; readonly until: number };

/** What the gateway remembers of conversations: in memory alone, bounded in number, bytes and time, each owner for
 *  itself. A conversation's replies share what they have in common. */
export class KeptReplies {
  readonly #limits: KeepLimits;
  readonly #now: () => number;
  /** Least recently used first, which is the order in which they expire. */
  readonly #entries = new Map<string, Entry>();
  /** How many entries and later replies hold a reply in memory. */
  readonly #holders = new Map<KeptReply, number>();
  #bytes = 0;

  constructor(limits: KeepLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Bytes in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns undefined where it was never kept, is of another owner, or was forgotten. */
  find(owner: string, id: string): KeptReply | undefined {
    this.expire();
    const key = keyOf(owner, id);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, { ...entry, until: this.#now() + this.#limits.idleMs });
    return entry.reply;
  }

  keep(owner: string, reply: KeptReply): void {
    this.expire();
    this.drop(owner, reply.id);
    if (reply.wholeBytes > this.#limits.conversationBytes) return;
    this.#hold(reply);
    this.#entries.set(keyOf(owner, reply.id), { owner, reply, until: this.#now() + this.#limits.idleMs });
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.replies && this.#bytes <= this.#limits.bytes) break;
      this.#remove(key);
    }
  }

  /** @returns whether it was there. */
  drop(owner: string, id: string): boolean {
    return this.#remove(keyOf(owner, id));
  }

  /** Everything of one owner. */
  dropAll(owner: string): void {
    for (const [key, entry] of this.#entries) if (entry.owner === owner) this.#remove(key);
  }

  /** Lets go of what nobody went on from for too long. Called at every use; and now and then, where there is none. */
  expire(): void {
    const now = this.#now();
    for (const [key, { until }] of this.#entries) {
      if (until > now) break;
      this.#remove(key);
    }
  }

  #remove(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    this.#release(entry.reply);
    return true;
  }

  #hold(reply: KeptReply): void {
    for (let held: KeptReply | undefined = reply; held !== undefined; held = held.before) {
      const holders = this.#holders.get(held) ?? 0;
      this.#holders.set(held, holders + 1);
      if (holders > 0) return;
      this.#bytes += held.bytes;
    }
  }

  #release(reply: KeptReply): void {
    for (let held: KeptReply | undefined = reply; held !== undefined; held = held.before) {
      const holders = (this.#holders.get(held) ?? 1) - 1;
      if (holders > 0) {
        this.#holders.set(held, holders);
        return;
      }
      this.#holders.delete(held);
      this.#bytes -= held.bytes;
    }
  }
}

function keyOf(owner: string, id: string): string {
  return JSON.stringify([owner, id]);
}
