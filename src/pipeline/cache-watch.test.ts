import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../ir/attempt.ts';
import { NO_USAGE, type Usage } from '../ir/usage.ts';
import type { CacheBreak } from '../metering/cache-break.ts';
import type { Target } from '../providers/provider.ts';
import { testTarget } from '../upstream/testing/targets.ts';
import { type CacheThreads, createCacheThreads, watchCache } from './cache-watch.ts';
import type { Prompt } from './prompt.ts';

const here = testTarget({ id: 'here' });
const there = testTarget({ id: 'there' });
const HISTORY = 'word '.repeat(2_000);

type Turn = {
  readonly usage: Usage;
  readonly body?: string;
  readonly form?: Prompt['form'];
  readonly target?: Target;
  readonly targets?: readonly [Target, ...Target[]];
  readonly failed?: Target;
  readonly at?: number;
  readonly asked?: string;
  readonly requestKind?: string;
};

const usage = (freshInput: number, cacheRead: number, cacheWrite = 0): Usage => ({
  ...NO_USAGE,
  freshInput,
  cacheRead,
  cacheWrite,
});
const body = (...messages: readonly string[]): string => `"tools":[],"messages":${JSON.stringify(messages)}`;

/** One request of the thread, which takes no time. Fresh tokens cost 10 nano-USD, cached ones 1. */
function turn(threads: CacheThreads, one: Turn, thread: string = 'thread', oneAtATime = true): CacheBreak | undefined {
  const { target = here, at = 0, requestKind, asked = 'coder' } = one;
  const watch = watchCache(
    threads,
    { thread, oneAtATime },
    { asked, ...(requestKind === undefined ? {} : { requestKind }) },
  );
  const { body: text, form = 'text' } = one;
  if (text !== undefined) watch.sent(() => ({ form, text }));
  const attempts: readonly Attempt[] =
    one.failed === undefined
      ? []
      : [
          {
            provider: one.failed.model.provider.id,
            model: one.failed.model.upstreamId,
            slug: 'coder',
            credentialId: 'c1',
            startedAt: at,
            failure: { kind: 'overloaded', message: 'Busy.' },
          },
        ];
  return watch.ended({
    target,
    usage: one.usage,
    plan: { targets: one.targets ?? [here, there] },
    attempts,
    startedAt: at,
    now: at,
    price: (counts) => counts.freshInput * 10 + counts.cacheWrite * 12 + counts.cacheRead,
  });
}

/** A thread that has 9,000 tokens in the cache. */
function begun(first: Partial<Turn> = {}): CacheThreads {
  const threads = createCacheThreads();
  assert.equal(turn(threads, { usage: usage(1_000, 9_000), body: body(HISTORY), ...first }), undefined);
  return threads;
}

test('a session that finds its cache has nothing to tell, however much was added', () => {
  const threads = begun();
  assert.equal(turn(threads, { usage: usage(50_000, 9_900), body: body(HISTORY, 'a') }), undefined);
  assert.equal(turn(threads, { usage: usage(10, 59_900), body: body(HISTORY, 'a', 'b') }), undefined);
});

test('a prefix that was kept whole and not found was forgotten by the provider', () => {
  assert.deepEqual(turn(begun(), { usage: usage(11_000, 0), body: body(HISTORY, 'a') }), {
    cause: 'evicted',
    of: body(HISTORY).length - 1,
    lostTokens: 9_000,
    lostNanoUsd: 9_000 * 9,
  });
});

test('what was written anew costs its own price more', () => {
  const broken = turn(begun(), { usage: usage(100, 0, 11_000), body: body(HISTORY, 'a') });
  assert.equal(broken?.lostNanoUsd, 100 * 9 + 8_900 * 11);
});

test('a prefix that was not kept: where it parts, and in which member', () => {
  const other = `${HISTORY.slice(0, 5_000)}!${HISTORY.slice(5_001)}`;
  const broken = turn(begun(), { usage: usage(11_000, 0), body: body(other, 'a') });
  assert.ok(broken?.cause === 'changed', broken?.cause);
  assert.deepEqual([broken.kept, broken.member, broken.lostTokens], [4_096, 'messages', 9_000]);
});

test('a cache that grew cold is told as such; one that another model was asked for in between is not', () => {
  const late = { at: 301_000, usage: usage(11_000, 0), body: body(HISTORY, 'a') };
  const broken = turn(begun(), late);
  assert.ok(broken?.cause === 'cold', broken?.cause);
  assert.equal(broken.idleMs, 301_000);
  assert.equal(turn(begun(), { ...late, asked: 'another' }), undefined);
});

test("the client's own bytes are compared with such alone", () => {
  const after = { usage: usage(11_000, 0), body: body(HISTORY, 'a'), form: 'bytes' } as const;
  assert.equal(turn(begun({ form: 'bytes' }), after)?.cause, 'evicted');
  assert.equal(turn(begun(), after)?.cause, 'unknown');
});

test('a failover is recorded, with what it cost; and so is a holder that is gone, and a way back', () => {
  const again = { usage: usage(11_000, 0), body: body(HISTORY, 'a'), target: there };
  const moved = (one: Partial<Turn>): unknown => {
    const broken = turn(begun(), { ...again, ...one });
    assert.ok(broken?.cause === 'moved', broken?.cause);
    assert.equal(broken.from, 'here/here-model');
    assert.equal(broken.lostTokens, 9_000);
    assert.equal(broken.lostNanoUsd, 81_000);
    return broken.why;
  };
  assert.equal(moved({ failed: here }), 'failed');
  assert.equal(moved({ targets: [there] }), 'gone');
  assert.equal(moved({}), 'cold');
});

test('a key that changed is named', () => {
  assert.ok(here.credential !== null);
  const otherKey: Target = { ...here, credential: { ...here.credential, id: 'c2' } };
  const broken = turn(begun(), { usage: usage(11_000, 0), body: body(HISTORY, 'a'), target: otherKey, failed: here });
  assert.ok(broken?.cause === 'moved');
  assert.deepEqual([broken.from, broken.why], ['here/here-model, key c1', 'failed']);
});

test('no word where nothing was lost: a first request, a small cache, less input, a compaction and what follows it', () => {
  const lost = { usage: usage(11_000, 0), body: body('other') };
  assert.equal(turn(createCacheThreads(), lost), undefined);
  assert.equal(turn(begun({ usage: usage(9_000, 1_000) }), lost), undefined);
  assert.equal(turn(begun(), { ...lost, usage: usage(5_000, 0) }), undefined);
  assert.equal(turn(begun(), { ...lost, requestKind: 'compaction' }), undefined);
  assert.equal(turn(begun({ requestKind: 'compaction' }), lost), undefined);
  assert.equal(turn(begun(), lost, 'another thread'), undefined);
});

test('a client that names no thread is not watched', () => {
  const threads = createCacheThreads();
  const watch = watchCache(threads, { thread: undefined, oneAtATime: true }, { asked: 'coder' });
  watch.sent(() => assert.fail('nobody looks at it'));
  const end = {
    target: here,
    plan: { targets: [here] },
    attempts: [],
    startedAt: 0,
    now: 0,
    price: () => undefined,
  } as const;
  assert.equal(watch.ended({ ...end, usage: usage(1, 2) }), undefined);
});

test('conversations of one session are told apart where the session alone has a name', () => {
  const threads = createCacheThreads();
  const ask = (one: Turn) => turn(threads, one, 'session', false);
  const side = 'other '.repeat(2_000);
  assert.equal(ask({ usage: usage(1_000, 9_000), body: body(HISTORY) }), undefined);
  assert.equal(ask({ usage: usage(12_000, 0), body: body(side) }), undefined, 'a sub-agent begins');
  assert.equal(ask({ usage: usage(1_000, 12_000), body: body(side, 'a') }), undefined);
  assert.equal(ask({ usage: usage(3_000, 10_000), body: body(HISTORY, 'a') }), undefined, 'the first goes on');
  assert.equal(ask({ usage: usage(14_000, 0), body: body(HISTORY, 'a', 'b') })?.cause, 'evicted');
  const changed = ask({ usage: usage(13_500, 0), body: body(`${side.slice(0, 9_000)}!`, 'a', 'b') });
  assert.equal(changed?.cause, 'changed', 'more than half of it is the same');
});
