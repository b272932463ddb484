import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_USAGE, type Usage } from '../ir/usage.ts';
import type { LedgerEntry } from '../metering/ledger.ts';
import { testModel, testProvider } from '../providers/testing/provider.ts';
import { createCacheThreads } from './cache-watch.ts';
import { openRecord } from './record.ts';

const provider = testProvider();
const target = (slug: string) => ({ model: testModel(slug, provider), credential: null });
const input = (freshInput: number): Usage => ({ ...NO_USAGE, freshInput });

/** One request by these steps. A token costs 1 nano-USD, in prompts longer than 100 tokens 2; "free" has no price. */
function recorded(steps: (record: ReturnType<typeof openRecord>) => void): LedgerEntry {
  const entries: LedgerEntry[] = [];
  const record = openRecord(
    {
      id: 'r',
      protocol: 'openai-responses',
      headers: {},
      takeBody: () => new Uint8Array(),
      caller: { id: 'local' },
      tags: [],
      signal: new AbortController().signal,
      receivedAt: 0,
    },
    {
      ledger: { record: (entry) => entries.push(entry), close: async () => {} },
      cacheThreads: createCacheThreads(),
      price: ({ slug }, { freshInput }) =>
        slug === 'free' ? undefined : { costNanoUsd: freshInput * (freshInput > 100 ? 2 : 1), source: 'config' },
      now: () => 1,
    },
  );
  steps(record);
  record.close();
  const [entry] = entries;
  assert.ok(entry);
  return entry;
}

test('each call of a reply is priced for itself: the price may depend on the length of a prompt', () => {
  const entry = recorded((record) => {
    record.committed(target('priced'), false, []);
    record.events([{ type: 'usage', usage: input(90) }]);
    record.rounds([input(80), input(90)]);
  });
  assert.deepEqual([entry.usage?.freshInput, entry.costNanoUsd], [170, 170]);
});

test('a cost is unknown where a part of it is: half of it must not look like the whole', () => {
  const costWith = (slug: string, further: string): number | undefined =>
    recorded((record) => {
      record.spent(target(further).model, input(10), 'told');
      record.committed(target(slug), false, []);
      record.events([{ type: 'usage', usage: input(50) }]);
    }).costNanoUsd;
  assert.equal(costWith('priced', 'priced'), 60);
  assert.equal(costWith('free', 'priced'), undefined);
  assert.equal(costWith('priced', 'free'), undefined);
});

test('what a further model cost counts where no reply came', () => {
  const entry = recorded((record) => {
    record.spent(target('priced').model, input(10), 'told');
    record.failed({ kind: 'overloaded', message: 'Busy.' });
  });
  assert.deepEqual([entry.costNanoUsd, entry.usage], [10, undefined]);
});

test('what a further model is guessed to have cost is nothing for the ledger, and something for limits', () => {
  const entry = recorded((record) => {
    record.spent(target('priced').model, input(10), 'told');
    record.spent(target('priced').model, input(7), 'guessed');
    assert.deepEqual([record.spentNanoUsd(), record.guessedNanoUsd(), record.knownNanoUsd()], [17, 7, 10]);
  });
  assert.equal(entry.costNanoUsd, 10);
});

test('an attempt that failed and was counted all the same is a part of the cost', () => {
  const attempt = { provider: 'p', model: 'm', slug: 'priced', startedAt: 0 };
  const failure = { kind: 'overloaded', message: 'Busy.' } as const;
  const costWith = (...lost: readonly { readonly costNanoUsd?: number }[]): number | undefined =>
    recorded((record) => {
      for (const costs of lost) record.attempted({ ...attempt, ...costs, usage: input(7), failure });
      record.attempted({ ...attempt, usage: input(50), costNanoUsd: 50, firstTokenMs: 1 });
      record.committed(target('priced'), false, []);
      record.events([{ type: 'usage', usage: input(50) }]);
      assert.equal(record.knownNanoUsd(), record.spentNanoUsd());
      assert.equal(record.spentNanoUsd(), 50 + lost.reduce((sum, { costNanoUsd = 0 }) => sum + costNanoUsd, 0));
    }).costNanoUsd;
  assert.equal(costWith(), 50);
  assert.equal(costWith({ costNanoUsd: 7 }), 57);
  assert.equal(costWith({}), undefined);
});

test('what the limits count is what the ledger keeps: also of a reply that broke or that a bug ended, and none twice', () => {
  const failure = { kind: 'transport', message: 'Gone.' } as const;
  const told = (...ends: readonly ('attempt' | 'bug')[]): readonly (number | undefined)[] => {
    let known: number | undefined;
    const { costNanoUsd } = recorded((record) => {
      record.committed(target('priced'), false, []);
      record.events([{ type: 'usage', usage: input(50) }]);
      if (ends.includes('attempt')) {
        const usage = input(50);
        record.attempted({ provider: 'p', model: 'm', slug: 'priced', startedAt: 0, usage, costNanoUsd: 50, failure });
      }
      known = record.knownNanoUsd();
    });
    return [known, costNanoUsd];
  };
  assert.deepEqual(told('attempt'), [50, 50]);
  assert.deepEqual(told('bug'), [50, 50]);
});

test('a loss is kept once, however often a reply says it', () => {
  const loss = (path: string) => ({ type: 'loss', loss: { path, why: 'It has no place.' } }) as const;
  const { losses } = recorded((record) => {
    record.committed(target('priced'), false, [loss('a').loss]);
    for (let times = 0; times < 1_000; times += 1) record.events([loss('a'), loss('b'), loss(`c${times}`)]);
  });
  assert.deepEqual(
    losses.slice(0, 3).map(({ path }) => path),
    ['a', 'b', 'c0'],
  );
  assert.equal(losses.length, 201);
  assert.match(losses.at(-1)?.why ?? '', /the rest is not kept/);
});
