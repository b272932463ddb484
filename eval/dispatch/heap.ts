/** What happens next, by time; what happens at the same time in the order in which it was put in. */
export class Heap<T> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #items: T[] = [];
  #count = 0;

  get size(): number {
    return this.#items.length;
  }

  push(time: number, item: T): void {
    let at = this.#items.length;
    this.#times.push(time);
    this.#orders.push(this.#count++);
    this.#items.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#before(at, above)) break;
      this.#swap(at, above);
      at = above;
    }
  }

  /** @returns undefined where nothing is left. */
  pop(): { readonly time: number; readonly item: T } | undefined {
    const time = this.#times[0];
    const item = this.#items[0];
    if (time === undefined || item === undefined) return undefined;
    this.#swap(0, this.#items.length - 1);
    this.#times.pop();
    this.#orders.pop();
    this.#items.pop();
    const length = this.#items.length;
    for (let at = 0; ; ) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) if (below < length && this.#before(below, least)) least = below;
      if (least === at) break;
      this.#swap(at, least);
      at = least;
    }
    return { time, item };
  }

  #before(one: number, other: number): boolean {
    const [a = 0, b = 0] = [this.#times[one], this.#times[other]];
    return a < b || (a === b && (this.#orders[one] ?? 0) < (this.#orders[other] ?? 0));
  }

  #swap(one: number, other: number): void {
    for (const list of [this.#times, this.#orders, this.#items] as unknown[][]) {
      const kept = list[one];
      list[one] = list[other];
      list[other] = kept;
    }
  }
}
