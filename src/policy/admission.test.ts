import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup, snapshotOf } from '../config/testing/setup.ts';
import type { RouteQuery } from '../ir/query.ts';
import { testModel, testProvider } from '../providers/testing/provider.ts';
import { testQuery } from '../routing/testing/view.ts';
import { type Admissions, createAdmissions, type Lease } from './admission.ts';

const MODEL = testModel('m', testProvider());
const CALLER = { id: 'local' };
const NANO = 1e9;

/** A tenth of a dollar for each call, whatever it is. */
function admissions(t: Parameters<typeof setup>[0], policy: string, clock = { now: Date.UTC(2026, 10, 26) }) {
  const settings = snapshotOf(setup(t, `policy: { ${policy} }`).load()).policy;
  const expected = () => ({ input: 1, cached: 0, output: 1, nanoUsd: 0.1 * NANO, local: false });
  return createAdmissions({ policy: () => settings, expected, now: () => clock.now });
}

function leased(made: Admissions, query: RouteQuery): Lease | undefined {
  const admission = made.admit(CALLER, query, {
    route: 'm',
    targets: [{ model: MODEL, credential: null }],
    why: [],
  });
  return admission.admitted ? admission.lease : undefined;
}

const COST = { input: 1, cached: 0, output: 1, nanoUsd: 0.1 * NANO, local: false };
const query = (sessionId: string): RouteQuery => testQuery('m', { sessionId });

test('what was spent before counts, and until it is known nothing is served', (t) => {
  const made = admissions(t, 'max_cost_usd_per_month: 1, max_cost_usd_per_session: 0.3');
  assert.match(
    made.afford(query('a'), MODEL, COST) ?? '',
    /cannot be kept: what was spent is not known, since the ledger/,
  );
  made.learn({ state: 'unknown', problem: 'the file is broken' });
  assert.match(made.afford(query('a'), MODEL, COST) ?? '', /since the file is broken/);
  made.learn({ state: 'known', month: 0.85 * NANO, sessions: new Map([['a', 0.25 * NANO]]) });
  assert.match(made.afford(query('a'), MODEL, COST) ?? '', /allows \$0\.30 for this session, of which \$0\.05 is left/);
  assert.equal(made.afford(query('b'), MODEL, COST), undefined);
  leased(made, query('b'))?.settle(0.1 * NANO);
  assert.match(made.afford(query('b'), MODEL, COST) ?? '', /for this month, of which \$0\.05 is left/);
});

test('what was written late and what was spent without a promise counts as well', (t) => {
  const made = admissions(t, 'max_cost_usd_per_month: 9, max_cost_usd_per_session: 0.3');
  made.learn({ state: 'known', month: 0.05 * NANO, sessions: new Map([['a', 0.05 * NANO]]) });
  made.learnLate({ state: 'known', month: 0.1 * NANO, sessions: new Map([['a', 0.1 * NANO]]) });
  assert.equal(made.afford(query('a'), MODEL, COST), undefined);
  made.charge(query('a'), 0.1 * NANO);
  assert.match(made.afford(query('a'), MODEL, COST) ?? '', /for this session, of which \$0\.05 is left/);
});

test('a new month begins with nothing spent; a session goes on', (t) => {
  const clock = { now: Date.UTC(2026, 10, 30, 23, 59) };
  const made = admissions(t, 'max_cost_usd_per_month: 0.15, max_cost_usd_per_session: 9', clock);
  made.learn({ state: 'known', month: 0, sessions: new Map() });
  leased(made, query('a'))?.settle(0.1 * NANO);
  assert.match(made.afford(query('a'), MODEL, COST) ?? '', /this month/);
  clock.now = Date.UTC(2026, 11, 1);
  assert.equal(made.afford(query('a'), MODEL, COST), undefined);
});

test('what a request holds does not stand in its own way, and comes back when it is released', (t) => {
  const made = admissions(t, 'max_cost_usd_per_session: 0.1');
  made.learn({ state: 'known', month: 0, sessions: new Map() });
  const one = query('a');
  const lease = leased(made, one);
  assert.ok(lease !== undefined);
  assert.equal(made.afford(one, MODEL, COST), undefined);
  assert.match(made.afford(query('a'), MODEL, COST) ?? '', /of which \$0\.00 is left/);
  assert.equal(leased(made, query('a')), undefined);
  assert.ok(!lease.covers(0.11 * NANO));
  lease.release();
  lease.settle(5 * NANO);
  assert.ok(leased(made, query('a')) !== undefined);
});

test('what runs here costs nothing; a local server elsewhere has no price', (t) => {
  const made = admissions(t, 'max_cost_usd: 0.01');
  const local = { ...COST, nanoUsd: 0, local: true };
  const near = testModel('near', testProvider({ local: true }));
  const far = testModel('far', testProvider({ local: true, baseUrl: 'http://gpu.example/v1' }));
  assert.equal(made.afford(query('a'), near, local), undefined);
  assert.match(made.afford(query('a'), far, local) ?? '', /no known price/);
});

test('a reply that is stopped names the limit that it was admitted under, whoever is served meanwhile', (t) => {
  const narrow = snapshotOf(setup(t, 'policy: { max_cost_usd: 0.2 }').load()).policy;
  const wide = snapshotOf(setup(t, 'policy: {}').load()).policy;
  let current = narrow;
  const made = createAdmissions({ policy: () => current, expected: () => COST, now: () => 0 });
  const lease = leased(made, query('a'));
  current = wide;
  assert.match(lease?.overrun().message ?? '', /policy\.max_cost_usd \(config\.yaml, line 1\) allows \$0\.20/);
});
