import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHAT, call, chunk, errorOf, lastEntry, say, staged } from './testing/stage.ts';

type Deployment = { readonly deployment: string; readonly [member: string]: unknown };
type Report = { readonly deployments: readonly Deployment[]; readonly [member: string]: unknown };

test('figures and limits of each deployment are told, and a reset forgets them', async (t) => {
  let bad = true;
  const stage = await staged(t, (_, response) => {
    if (bad) response.writeHead(429, { 'retry-after': '600' }).end('{"error":{"message":"too many"}}');
    else say(response);
  });
  const told = async (what: 'metrics' | 'state'): Promise<Report> =>
    JSON.parse((await stage.ask({ method: 'GET', path: `/dispatch/${what}` })).text);
  const one = (report: Report): Deployment | undefined =>
    report.deployments.find(({ deployment }) => deployment === 'chat/m-one');

  const before = one(await told('metrics'));
  assert.deepEqual([before?.['ewma_ttft_ms'], before?.['in_flight'], before?.['slugs']], [null, 0, ['one']]);
  assert.equal((await stage.ask({ body: CHAT('one') })).status, 429);
  const limited = one(await told('state'));
  assert.match(String(limited?.['hard_limit_reason']), /asked for too much; it is tried again in \d+ s/);
  assert.ok(Number(limited?.['hard_limited_remaining_s']) > 590, JSON.stringify(limited));
  const status = JSON.parse((await stage.ask({ method: 'GET', path: '/admin/status' })).text);
  assert.match(status.models[0].health.limit.reason, /asked for too much/);

  bad = false;
  // Asked for by name it is tried all the same.
  assert.equal((await stage.ask({ body: CHAT('one') })).status, 200);
  const after = one(await told('metrics'));
  assert.ok(Number(after?.['ewma_ttft_ms']) >= 0);
  assert.ok(Number(after?.['ewma_total_latency_ms']) >= 0);
  // The failure is a moment older, so it counts a little less.
  assert.ok(Math.abs(Number(after?.['error_rate']) - 0.5) < 0.05, JSON.stringify(after));
  assert.equal(one(await told('state'))?.['hard_limit_reason'], null);

  const reset = await stage.ask({ method: 'POST', path: '/dispatch/reset?deployment=chat/m-one' });
  assert.deepEqual(JSON.parse(reset.text), { reset: 1 });
  assert.equal(one(await told('metrics'))?.['ewma_ttft_ms'], null);
  const unknown = await stage.ask({ method: 'POST', path: '/dispatch/reset?deployment=no/such' });
  assert.deepEqual([unknown.status, errorOf(unknown).code], [404, 'not_found']);
  assert.equal((await stage.ask({ method: 'GET', path: '/dispatch/state', token: null })).status, 401);
  assert.equal((await stage.ask({ method: 'GET', path: '/dispatch/reset' })).status, 405);
});

test('what is under way is counted, through a reset too, and no longer once its client has left', async (t) => {
  const stage = await staged(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chunk('a'));
  });
  const flying = async (): Promise<number> => {
    const { text } = await stage.ask({ method: 'GET', path: '/dispatch/metrics' });
    const { deployments }: Report = JSON.parse(text);
    return deployments.reduce((sum, one) => sum + Number(one['in_flight']), 0);
  };
  const until = async (count: number): Promise<void> => {
    for (let tries = 0; (await flying()) !== count; tries += 1) {
      assert.ok(tries < 100, `never ${count} under way`);
      await sleep(10);
    }
  };
  const calls = [1, 2].map(() => call(stage.gateway, { body: CHAT('one') }));
  for (const { reply } of calls) reply.catch(() => {});
  await until(2);
  const reset = await stage.ask({ method: 'POST', path: '/dispatch/reset' });
  assert.equal(reset.status, 200);
  assert.equal(await flying(), 2);
  calls[0]?.outgoing.destroy();
  await until(1);
  calls[1]?.outgoing.destroy();
  await until(0);
});

test('a route passes over a deployment that refused, and why says so', async (t) => {
  const stage = await staged(
    t,
    ({ url }, response) => {
      if (url.startsWith('/v1/')) response.writeHead(401).end('{"error":{"message":"bad key"}}');
      else say(response);
    },
    '  team: { strategy: risk, targets: [eyes, two] }',
  );
  let last = '';
  for (const attempts of ['2', '1']) {
    const reply = await stage.ask({ body: CHAT('both') });
    assert.deepEqual([reply.status, reply.headers['x-plugboard-attempts']], [200, attempts]);
    last = String(reply.headers['x-request-id']);
  }
  const entry = await lastEntry(stage, last);
  assert.ok(
    entry.why.some(({ rule, text }) => rule === 'hard-limit' && /its key was refused/.test(text)),
    JSON.stringify(entry.why),
  );
  const { text } = await stage.ask({ method: 'GET', path: '/dispatch/state' });
  const { routes } = JSON.parse(text);
  const both = routes.find(({ slug }: { slug: string }) => slug === 'both');
  assert.deepEqual(both.targets, ['two']);
  assert.equal(both.candidates[0].rule, 'hard-limit');
  const team = routes.find(({ slug }: { slug: string }) => slug === 'team');
  const chances: number[] = team.candidates.map(({ probability }: { probability: number }) => probability);
  assert.equal(chances.length, 2);
  assert.ok(Math.abs(chances.reduce((sum, one) => sum + one, 0) - 1) < 0.001, String(chances));
});

test('a told wait of a moment is kept by the gateway, for all who come meanwhile', async (t) => {
  let refusals = 0;
  const stage = await staged(t, (_, response) => {
    refusals += 1;
    if (refusals === 1) response.writeHead(429, { 'retry-after': '1' }).end('{"error":{"message":"a moment"}}');
    else say(response);
  });
  const first = stage.ask({ body: CHAT('one') });
  while (refusals === 0) await sleep(5);
  await sleep(50);
  const others = Array.from({ length: 5 }, () => stage.ask({ body: CHAT('one') }));
  const replies = await Promise.all([first, ...others]);
  assert.ok(replies.every(({ status }) => status === 200));
  assert.equal(refusals, 7);
});
