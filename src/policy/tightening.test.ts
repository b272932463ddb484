import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup, snapshotOf } from '../config/testing/setup.ts';
import { placeOf, withFlags } from './settings.ts';
import { parseTightening, tightened, tighteningHeader } from './tightening.ts';

test('what flags and variables ask for goes over to a gateway that was asked for less', (t) => {
  const { load } = setup(t, 'policy: { max_cost_usd: 2 }');
  const gateway = snapshotOf(load()).policy;
  assert.equal(tighteningHeader(gateway), undefined);
  const command = withFlags(snapshotOf(load({ PLUGBOARD_LOCAL_ONLY: '1' })).policy, { maxCostUsd: 0.5 });
  const header = tighteningHeader(command);
  assert.equal(header, 'local_only@PLUGBOARD_LOCAL_ONLY; max_cost_usd=0.5@--max-cost');
  const asked = parseTightening(header);
  assert.ok(asked !== undefined);
  const narrowed = tightened(gateway, asked);
  assert.equal(narrowed.localOnly.value, true);
  assert.equal(placeOf(narrowed, 'localOnly'), 'PLUGBOARD_LOCAL_ONLY');
  assert.equal(narrowed.maxCostUsd.value, 0.5);
});

test('a request narrows and never widens', (t) => {
  const policy = snapshotOf(setup(t, 'policy: { local_only: true, max_cost_usd: 0.1 }').load()).policy;
  const asked = parseTightening('local_only@a; max_cost_usd=3@b');
  assert.ok(asked !== undefined);
  assert.equal(tightened(policy, asked), policy);
});

test('what is not understood is not taken as nothing', () => {
  for (const header of [
    '',
    'local_only',
    'local_only=0@a',
    'free_money@a',
    'max_cost_usd=0@a',
    'max_cost_usd=-1@a',
    'local_only@%E0%A4%A',
  ]) {
    assert.equal(parseTightening(header), undefined, header);
  }
});
