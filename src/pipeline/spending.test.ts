import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup, snapshotOf } from '../config/testing/setup.ts';
import type { InferenceEvent } from '../ir/event.ts';
import { NO_USAGE } from '../ir/usage.ts';
import { createAdmissions, type Lease } from '../policy/admission.ts';
import { testModel, testProvider } from '../providers/testing/provider.ts';
import { testQuery } from '../routing/testing/view.ts';
import type { ReplySink } from '../upstream/call.ts';
import { watchSpending } from './spending.ts';

const MODEL = testModel('m', testProvider());
const TARGET = { model: MODEL, credential: null };
/** A token of input costs nothing and one of output a thousandth of a dollar. */
const PER_TOKEN = 1e6;

function leased(t: Parameters<typeof setup>[0], policy: string): Lease {
  const settings = snapshotOf(setup(t, `policy: { ${policy} }`).load()).policy;
  const { admit } = createAdmissions({
    policy: () => settings,
    expected: ({ outputTokens = 1 }) => ({ nanoUsd: outputTokens * PER_TOKEN, local: false }),
    now: () => 0,
  });
  const admission = admit({ id: 'local' }, testQuery('m'), { route: 'm', targets: [TARGET], why: [] });
  assert.ok(admission.admitted);
  return admission.lease;
}

function watched(lease: Lease) {
  const heard: InferenceEvent[] = [];
  let stops = 0;
  const spending = watchSpending(lease, {
    price: (_, usage) => usage.output * PER_TOKEN,
    spent: () => 0,
    stop: () => {
      stops += 1;
    },
  });
  const inner: ReplySink = {
    commit: () => {},
    chunk: (_, events) => {
      heard.push(...events);
      return true;
    },
    end: () => {},
  };
  const sink = spending.sink(inner);
  sink.commit(TARGET, 1, false);
  const say = (...events: InferenceEvent[]): boolean => sink.chunk(null, events, () => {});
  return { heard, say, stops: () => stops, untold: spending.untold };
}

const words = (count: number): InferenceEvent => ({ type: 'text-delta', text: 'word '.repeat(count) });

test('a reply is followed by estimate and stopped once, where its limit is', (t) => {
  const { heard, say, stops, untold } = watched(leased(t, 'max_cost_usd: 0.1'));
  say(words(60));
  assert.equal(stops(), 0);
  assert.ok(untold() > 50 * PER_TOKEN && untold() < 70 * PER_TOKEN, String(untold()));
  say(words(60));
  say(words(60));
  assert.equal(stops(), 1);
  say({ type: 'error', failure: { kind: 'cancelled', message: 'The client left.' } });
  const last = heard.at(-1);
  assert.ok(last?.type === 'error' && last.failure.kind === 'policy');
  assert.match(last.failure.message, /limit of cost: policy\.max_cost_usd/);
});

test('what the provider counted stands in the place of the estimate', (t) => {
  const { say, stops, untold } = watched(leased(t, 'max_cost_usd: 0.1'));
  say(words(10), { type: 'usage', usage: { ...NO_USAGE, output: 90 } });
  assert.equal(untold(), 0);
  assert.equal(stops(), 0);
  say({ type: 'usage', usage: { ...NO_USAGE, output: 101 } });
  assert.equal(stops(), 1);
});

test('of a reply that broke, what came after the provider counted is estimated; of one that ended nothing is', (t) => {
  const broken = watched(leased(t, 'max_cost_usd: 1'));
  broken.say(words(60), { type: 'usage', usage: { ...NO_USAGE, output: 1 } });
  broken.say({ type: 'error', failure: { kind: 'transport', message: 'Gone.' } });
  assert.ok(broken.untold() > 50 * PER_TOKEN && broken.untold() < 70 * PER_TOKEN, String(broken.untold()));
  const whole = watched(leased(t, 'max_cost_usd: 1'));
  whole.say(words(60), { type: 'usage', usage: { ...NO_USAGE, output: 1 } }, { type: 'finish', reason: 'stop' });
  assert.equal(whole.untold(), 0);
});

test('a reply that ended is not stopped, however dear; without a limit none is followed', (t) => {
  const dear = watched(leased(t, 'max_cost_usd: 0.01'));
  dear.say(words(500), { type: 'finish', reason: 'stop' });
  assert.equal(dear.stops(), 0);
  const free = watched(leased(t, 'max_cost_usd: 0'));
  free.say(words(500));
  assert.deepEqual([free.stops(), free.untold()], [0, 0]);
});
