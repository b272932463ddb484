import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/statistics/random.ts';
import { episodesOf, Timeline, USUAL_REGIME } from './episodes.ts';
import { Heap } from './heap.ts';
import { oracle } from './policies/oracle.ts';
import { peakEwma } from './policies/peak-ewma.ts';
import { risk } from './policies/product.ts';
import { roundRobin } from './policies/round-robin.ts';
import { shortestQueue } from './policies/shortest-queue.ts';
import { summaryOf } from './summary.ts';
import type { Requests } from './traces.ts';
import { runOf, worldOf } from './worlds.ts';

/** Requests at even intervals, of sizes that differ: no public data is needed. */
function made(count: number): Requests {
  return {
    count,
    arrival: Float64Array.from({ length: count }, (_, index) => index * 200),
    input: Int32Array.from({ length: count }, (_, index) => 200 + ((index * 7_919) % 4_000)),
    output: Int32Array.from({ length: count }, (_, index) => 20 + ((index * 104_729) % 400)),
    session: new Int32Array(count).fill(-1),
  };
}

test('what happens first comes out first, and of equals what was put in first', () => {
  const heap = new Heap<number>();
  const random = seededRandom(1);
  const times = Array.from({ length: 500 }, () => Math.floor(random() * 50));
  for (const [index, time] of times.entries()) heap.push(time, index);
  const order = times.map((_, index) => index).toSorted((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  assert.deepEqual(
    order.map(() => heap.pop()?.item),
    order,
  );
  assert.equal(heap.pop(), undefined);
});

test('episodes keep to their bound, and a timeline finds them', () => {
  const episodes = episodesOf(8, 3_600_000, { ...USUAL_REGIME, quietMs: 60_000 }, seededRandom(2));
  const timeline = new Timeline(8, episodes);
  for (const { from, deployment, kind } of episodes) {
    assert.ok(episodes.filter((one) => one.from <= from && from < one.until).length <= USUAL_REGIME.atOnce);
    assert.equal(timeline.at(deployment, from)?.kind, kind);
  }
});

test('every request of every policy comes to an end, and the same seed gives the same figures', () => {
  const world = worldOf(made(1_500), 1, 0.6, USUAL_REGIME);
  for (const policy of [roundRobin, shortestQueue, peakEwma, oracle, risk]) {
    const outcome = runOf(world, policy, 1);
    for (let request = 0; request < world.requests.count; request += 1) {
      assert.ok((outcome.served[request] ?? -1) >= 0 !== (outcome.failed[request] === 1), `${policy.name} ${request}`);
    }
    assert.deepEqual(summaryOf(runOf(world, policy, 1)), summaryOf(outcome), policy.name);
  }
});

test('in trouble the oracle waits least and round-robin most, with the product between them', () => {
  const world = worldOf(made(4_000), 5, 0.6, { ...USUAL_REGIME, quietMs: 3 * 60_000 });
  const [best = 0, ours = 0, worst = 0] = [oracle, risk, roundRobin].map(
    (policy) => summaryOf(runOf(world, policy, 5)).ttftP99,
  );
  assert.ok(best < ours && ours < worst, `${best} ${ours} ${worst}`);
});
