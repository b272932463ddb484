import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHAT, call, entryOf, errorOf, lastEntry, say, staged } from './testing/stage.ts';

/** A provider that counts the calls that run there at once. */
function counting(ms: number) {
  const running = { now: 0, most: 0, served: 0 };
  const answer = (_: unknown, response: ServerResponse): void => {
    running.now += 1;
    running.most = Math.max(running.most, running.now);
    setTimeout(() => {
      running.now -= 1;
      running.served += 1;
      say(response);
    }, ms);
  };
  return { running, answer };
}

test('more calls than places wait for one, first come first, and none is refused', async (t) => {
  const { running, answer } = counting(30);
  const stage = await staged(t, answer);
  const replies = await Promise.all(Array.from({ length: 9 }, () => stage.ask({ body: CHAT('slim') })));
  assert.ok(replies.every(({ status, text }) => status === 200 && text.includes('hello')));
  assert.deepEqual([running.most, running.served], [2, 9]);
  const told = await Promise.all(replies.map(({ headers }) => entryOf(stage, headers)));
  assert.ok(told.some(({ why }) => /waited \d+\.\d s for a place/.test(why.at(-1)?.text ?? '')));
});

test('a full queue refuses at once, with a time to come again', async (t) => {
  const { answer } = counting(300);
  const stage = await staged(t, answer, 'dispatch: { queue: { length: 1, wait: 5s } }');
  const first = [1, 2, 3].map(() => stage.ask({ body: CHAT('slim') }));
  await sleep(100);
  const metrics = JSON.parse((await stage.ask({ method: 'GET', path: '/dispatch/metrics' })).text);
  const depths = metrics.deployments.map((one: { slugs: string[]; ewma_queue_depth: number }) => [
    one.slugs.includes('slim'),
    one.ewma_queue_depth > 0,
  ]);
  assert.ok(
    depths.every(([isSlim, waitsThere]: [boolean, boolean]) => isSlim === waitsThere),
    String(depths),
  );
  const refused = await stage.ask({ body: CHAT('slim'), headers: { originator: 'codex_exec' } });
  assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '5']);
  assert.match(errorOf(refused).message, /as many calls wait for one as may \(1\).*concurrency.*dispatch\.queue/);
  assert.ok((await Promise.all(first)).every(({ status }) => status === 200));
});

test('a wait that takes too long ends in words, and in the ledger', async (t) => {
  const { answer } = counting(400);
  const stage = await staged(t, answer, 'dispatch: { queue: { length: 5, wait: 100ms } }');
  const first = [1, 2].map(() => stage.ask({ body: CHAT('slim') }));
  await sleep(50);
  const late = await stage.ask({ body: CHAT('slim') });
  assert.equal(late.status, 429);
  assert.match(errorOf(late).message, /No place at .* came free within 0\.1 s/);
  const entry = await lastEntry(stage, String(late.headers['x-request-id']));
  assert.deepEqual([entry.outcome, entry.attempts.length], ['refused', 0]);
  await Promise.all(first);
});

test('a client that leaves the queue, or its reply, gives its place to the next', async (t) => {
  const open: ServerResponse[] = [];
  const stage = await staged(t, (_, response) => {
    open.push(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n');
  });
  const calls = Array.from({ length: 4 }, () => call(stage.gateway, { body: CHAT('slim') }));
  for (const { reply } of calls) reply.catch(() => {});
  while (open.length < 2) await sleep(10);
  await sleep(50);
  assert.equal(open.length, 2);
  calls[2]?.outgoing.destroy();
  await sleep(50);
  calls[0]?.outgoing.destroy();
  while (open.length < 3) await sleep(10);
  await sleep(50);
  assert.equal(open.length, 3);
  for (const { outgoing } of calls) outgoing.destroy();
});

test('whatever becomes of calls, places come free again and are never more than allowed', async (t) => {
  const running = { now: 0, most: 0 };
  let count = 0;
  const stage = await staged(
    t,
    (_, response) => {
      count += 1;
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      response.once('close', () => {
        running.now -= 1;
      });
      const turn = count % 5;
      if (turn === 1) response.destroy();
      else if (turn === 2) response.writeHead(503, { 'retry-after': '0' }).end('{"error":{"message":"busy"}}');
      else setTimeout(() => say(response), turn * 4);
    },
    'dispatch: { queue: { length: 100, wait: 20s } }',
  );
  const calls = Array.from({ length: 60 }, (_, at) => {
    const one = call(stage.gateway, { body: CHAT('slim') });
    if (at % 4 === 0) setTimeout(() => one.outgoing.destroy(), at * 3);
    return one.reply.then(
      ({ status }) => status,
      () => 0,
    );
  });
  const statuses = await Promise.all(calls);
  // One that is closing may still be counted by the server while the next has begun.
  assert.ok(running.most <= 3, String(running.most));
  assert.ok(!statuses.includes(429), String(statuses));
  await sleep(50);
  const { text } = await stage.ask({ method: 'GET', path: '/dispatch/metrics' });
  const { deployments, queue } = JSON.parse(text);
  const slim = deployments.find(({ slugs }: { slugs: string[] }) => slugs.includes('slim'));
  assert.deepEqual([slim.in_flight, queue.waiting], [0, 0]);
});

test('who waits is held to its own limits, whoever made room', async (t) => {
  const open = new Map<string, ServerResponse[]>();
  const stage = await staged(t, ({ url }, response) => void open.set(url, [...(open.get(url) ?? []), response]));
  const running = (part: string): ServerResponse[] =>
    [...open].flatMap(([url, responses]) => (url.includes(part) ? responses : []));
  const arrived = async (part: string, count: number): Promise<readonly ServerResponse[]> => {
    for (let tries = 0; running(part).length < count && tries < 200; tries += 1) await sleep(10);
    return running(part);
  };
  const first = [1, 2].map(() => stage.ask({ body: CHAT('slim') }));
  await arrived('/slim', 2);
  const waiting = stage.ask({ body: CHAT('slim') });
  const limited = stage.ask({ body: CHAT('blind'), headers: { 'x-plugboard-policy': 'max_cost_usd=1@--max-cost' } });
  for (const response of await arrived('/v1', 1)) {
    await sleep(50);
    say(response);
  }
  assert.equal((await limited).status, 200);
  for (const response of await arrived('/slim', 2)) say(response);
  for (const response of (await arrived('/slim', 3)).slice(2)) say(response);
  assert.deepEqual(
    (await Promise.all([...first, waiting])).map(({ status }) => status),
    [200, 200, 200],
  );
});

test('a configuration that brings more places lets those who wait have them', async (t) => {
  const open: ServerResponse[] = [];
  const stage = await staged(t, (_, response) => void open.push(response));
  const calls = [1, 2, 3].map(() => stage.ask({ body: CHAT('slim') }));
  while (open.length < 2) await sleep(10);
  await sleep(50);
  const file = join(stage.home, 'config.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('concurrency: 2', 'concurrency: 3'));
  for (let tries = 0; open.length < 3 && tries < 300; tries += 1) await sleep(10);
  assert.equal(open.length, 3);
  for (const response of open) say(response);
  assert.ok((await Promise.all(calls)).every(({ status }) => status === 200));
});
