import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createQueue, type Look } from './queue.ts';

const now = (): number => performance.now();
const never = new AbortController().signal;

/** A counter of places. */
function places(free: number) {
  const state = { free, looks: 0 };
  const look = (name: string) => (): Look<string> => {
    state.looks += 1;
    if (state.free === 0) return {};
    state.free -= 1;
    return { taken: name };
  };
  return { state, look };
}

test('places go to those who came first, one for each that comes free', async () => {
  const queue = createQueue(() => ({ length: 10, waitMs: 1_000 }), now);
  const { state, look } = places(0);
  const order: string[] = [];
  const all = ['a', 'b', 'c'].map(async (name) => {
    const waited = await queue.wait(look(name), { kind: 'k', signal: never });
    if (waited.state === 'taken') order.push(waited.taken);
  });
  assert.equal(queue.length(), 3);
  state.free = 1;
  queue.changed();
  await sleep(1);
  assert.deepEqual(order, ['a']);
  state.free = 2;
  queue.changed();
  queue.changed();
  await Promise.all(all);
  assert.deepEqual(order, ['a', 'b', 'c']);
  assert.equal(queue.length(), 0);
});

test('who comes while a place has come free does not pass those who wait', async () => {
  const queue = createQueue(() => ({ length: 10, waitMs: 1_000 }), now);
  const { state, look } = places(0);
  const first = queue.wait(look('first'), { kind: 'k', signal: never });
  state.free = 1;
  queue.changed();
  queue.letPass();
  assert.equal(state.free, 0);
  assert.equal((await first).state, 'taken');
});

test('one look for each kind, and who waits for another place is not held up', async () => {
  const queue = createQueue(() => ({ length: 500, waitMs: 1_000 }), now);
  const here = places(0);
  const there = places(0);
  const leave = new AbortController();
  const waits = Array.from({ length: 100 }, () => queue.wait(here.look('h'), { kind: 'here', signal: leave.signal }));
  const other = queue.wait(there.look('t'), { kind: 'there', signal: never });
  here.state.looks = 0;
  there.state.free = 1;
  queue.changed();
  assert.equal((await other).state, 'taken');
  assert.equal(here.state.looks, 1);
  leave.abort();
  assert.ok((await Promise.all(waits)).every(({ state }) => state === 'left'));
  assert.equal(queue.length(), 0);
});

test('the bounds: full at once, late after the wait, left when the client leaves', async () => {
  const queue = createQueue(() => ({ length: 1, waitMs: 30 }), now);
  const nothing = (): Look<string> => ({});
  const waiting = queue.wait(nothing, { kind: 'k', signal: never });
  assert.equal((await queue.wait(nothing, { kind: 'k', signal: never })).state, 'full');
  const ahead = queue.wait(nothing, { kind: 'k', signal: never, ahead: true, waitedMs: 25 });
  assert.equal((await ahead).state, 'late');
  assert.equal(queue.length(), 1);
  const late = await waiting;
  assert.equal(late.state, 'late');
  assert.ok(late.waitedMs >= 29, String(late.waitedMs));
  assert.equal((await queue.wait(nothing, { kind: 'k', signal: AbortSignal.abort() })).state, 'left');
});

test('a limit that passes is looked at when it has passed, without a change', async () => {
  const queue = createQueue(() => ({ length: 5, waitMs: 1_000 }), now);
  const until = now() + 30;
  const look = (): Look<string> => (now() >= until ? { taken: 'x' } : { afterMs: until - now() });
  const waited = await queue.wait(look, { kind: 'k', signal: never });
  assert.equal(waited.state, 'taken');
  assert.ok(waited.waitedMs >= 29 && waited.waitedMs < 300, String(waited.waitedMs));
});

test('who goes ahead is asked before the others', async () => {
  const queue = createQueue(() => ({ length: 5, waitMs: 1_000 }), now);
  const { state, look } = places(0);
  const order: string[] = [];
  const note = (name: string, ahead: boolean) =>
    queue.wait(look(name), { kind: name, signal: never, ahead }).then(() => order.push(name));
  const all = [note('early', false), note('ahead', true)];
  state.free = 2;
  queue.changed();
  await Promise.all(all);
  assert.deepEqual(order, ['ahead', 'early']);
});

test('what a look throws ends that wait alone', async () => {
  const queue = createQueue(() => ({ length: 5, waitMs: 1_000 }), now);
  let broken = false;
  const bad = queue.wait(
    () => {
      if (broken) throw new RangeError('gone');
      return {};
    },
    { kind: 'bad', signal: never },
  );
  const { state, look } = places(0);
  const good = queue.wait(look('good'), { kind: 'good', signal: never });
  broken = true;
  state.free = 1;
  queue.changed();
  await assert.rejects(bad, /gone/);
  assert.equal((await good).state, 'taken');
});
