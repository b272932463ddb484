import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createBudget, type Hold } from './budget.ts';

const LIMITS = [
  { account: 'month', nanoUsd: 1_000 },
  { account: 'session', nanoUsd: 400 },
];
const ACCOUNTS = LIMITS.map(({ account }) => account);

test('law: promises never exceed a limit, and calls that keep to their promise never overspend', () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('hold' as const), nano: fc.nat(300) }),
    fc.record({ type: fc.constant('grow' as const), at: fc.nat(20), nano: fc.nat(200) }),
    fc.record({ type: fc.constant('settle' as const), at: fc.nat(20), share: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ type: fc.constant('release' as const), at: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const budget = createBudget();
      const holds: Hold[] = [];
      let settled = 0;
      for (const one of steps) {
        if (one.type === 'hold') {
          const hold = budget.hold(ACCOUNTS, LIMITS, one.nano);
          if (hold !== undefined) holds.push(hold);
          else
            assert.ok(
              LIMITS.some((limit) => budget.left(limit) < one.nano),
              'refused without a reason',
            );
        } else {
          const hold = holds[one.at % Math.max(1, holds.length)];
          if (hold === undefined) continue;
          const held = hold.held();
          if (one.type === 'grow') {
            if (hold.grow(one.nano)) assert.equal(hold.held(), held + one.nano);
            else assert.equal(hold.held(), held);
          } else if (one.type === 'settle') {
            const spent = Math.floor((held * one.share) / 100);
            settled += spent;
            hold.settle(spent);
            hold.settle(held);
            hold.release();
          } else hold.release();
        }
        const promised = holds.reduce((sum, hold) => sum + hold.held(), 0);
        for (const limit of LIMITS) {
          assert.ok(budget.left(limit) >= 0);
          assert.equal(budget.left(limit), limit.nanoUsd - promised - settled);
          assert.equal(budget.spent(limit.account), settled);
        }
      }
    }),
  );
});

test('what was spent over a promise counts all the same, and no more is promised then', () => {
  const budget = createBudget();
  budget.hold(ACCOUNTS, LIMITS, 100)?.settle(5_000);
  assert.equal(budget.spent('month'), 5_000);
  assert.equal(budget.hold(ACCOUNTS, LIMITS, 0), undefined);
});

test('what is no sum of money is a bug', () => {
  const budget = createBudget();
  for (const nano of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
    assert.throws(() => budget.hold(ACCOUNTS, LIMITS, nano), RangeError);
    assert.throws(() => budget.add('month', nano), RangeError);
  }
});

test('what was left alone for longest is forgotten, never what a call draws on or what every call uses', () => {
  const budget = createBudget(10);
  const drawing = budget.hold(['session slow', 'month'], LIMITS, 0);
  for (let at = 0; at < 1_000; at += 1) budget.hold([`session ${at}`, 'month'], LIMITS, 0)?.settle(1);
  assert.equal(budget.spent('session 0'), 0);
  assert.equal(budget.spent('session 999'), 1);
  drawing?.settle(7);
  assert.equal(budget.spent('session slow'), 7);
  assert.equal(budget.spent('month'), 1_007);
});
