/** Limits of cost and the fence, through the whole gateway. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, chunk, errorOf, lastEntry, say, staged, USAGE } from './testing/stage.ts';

const CODEX = { originator: 'codex_exec' };
const inSession = (id: string): Record<string, string> => ({ ...CODEX, 'session-id': id });
const body = (model: string, input = 'hello'): string => JSON.stringify({ model, stream: true, input });
test('a call that would cost too much is refused in words, and a cheaper target of its route serves', async (t) => {
  const stage = await staged(
    t,
    (_, response) => say(response),
    '  cheapest-first: { strategy: fallback, targets: [eyes, blind] }\npolicy: { max_cost_usd: 0.005 }\n',
  );
  const refused = await stage.ask({ body: body('eyes'), headers: CODEX });
  assert.equal(refused.status, 400);
  const { message, code } = errorOf(refused);
  assert.equal(code, 'invalid_prompt');
  assert.match(
    message,
    /"eyes" would cost about \$0\.01: policy\.max_cost_usd \(config\.yaml, line \d+\) allows \$0\.005 for a request\./,
  );
  assert.equal(stage.seen.length, 0);
  const served = await stage.ask({ body: body('cheapest-first'), headers: CODEX });
  assert.equal(served.headers['x-plugboard-model'], 'blind');
  const entry = await lastEntry(stage, String(served.headers['x-request-id']));
  assert.ok(entry.why.some(({ rule, slug }) => rule === 'budget' && slug === 'eyes'));
});

test('a policy that leaves nothing to serve is told before anybody asks', async (t) => {
  const stage = await staged(t, (_, response) => say(response), 'policy: { allowed_models: [nothing] }\n');
  const ready = await stage.ask({ path: '/health/ready', method: 'GET' });
  assert.equal(ready.status, 503);
  assert.match(ready.text, /No model that is configured passes the policy: policy\.allowed_models/);
});

test('under a limit an unpriced model is refused with its mend', async (t) => {
  const stage = await staged(t, (_, response) => say(response), 'policy: { max_cost_usd_per_month: 1 }\n');
  const refused = await stage.ask({ body: body('one'), headers: CODEX });
  assert.equal(refused.status, 400);
  assert.match(errorOf(refused).message, /"one" has no known price.*Write `price:` at the model/);
});

test('a reply that outgrows its limit is stopped with words, and the provider is let go', async (t) => {
  let left = false;
  const stage = await staged(
    t,
    async (_, response) => {
      response.on('close', () => {
        left = true;
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let at = 0; at < 2_000 && !left; at += 1) {
        response.write(chunk(`and then there were ${at} more words to say `));
        await sleep(1);
      }
      response.end(`${chunk('', 'stop')}${USAGE}`);
    },
    'policy: { max_cost_usd: 0.0015 }\n',
  );
  const reply = await stage.ask({ body: body('blind'), headers: CODEX });
  assert.equal(reply.status, 200);
  const failed = /event: response\.failed\ndata: (.*)/.exec(reply.text)?.[1];
  assert.ok(failed !== undefined, reply.text.slice(-400));
  assert.match(failed, /"code":"invalid_prompt"/);
  assert.match(failed, /Plugboard stopped this call.*allows \$0\.0015 for a request/);
  await sleep(50);
  assert.ok(left, 'the provider was let go');
  const entry = await lastEntry(stage, String(reply.headers['x-request-id']));
  assert.deepEqual([entry.outcome, entry.failureKind], ['failed', 'policy']);
});

test('calls side by side cannot overspend a session together, and another session goes on', async (t) => {
  const waiting: (() => void)[] = [];
  const stage = await staged(
    t,
    (_, response) => void waiting.push(() => say(response)),
    // About a tenth of a cent is promised to each call of this model.
    'policy: { max_cost_usd_per_session: 0.0035 }\n',
  );
  const calls = Array.from({ length: 6 }, () => stage.ask({ body: body('blind'), headers: inSession('s') }));
  for (let tries = 0; waiting.length < 3 && tries < 100; tries += 1) await sleep(20);
  await sleep(100);
  assert.equal(waiting.length, 3);
  const other = stage.ask({ body: body('blind'), headers: inSession('t') });
  for (let tries = 0; waiting.length < 4 && tries < 100; tries += 1) await sleep(20);
  for (const answer of waiting) answer();
  const statuses = (await Promise.all(calls)).map(({ status }) => status).sort();
  assert.deepEqual(statuses, [200, 200, 200, 400, 400, 400]);
  assert.equal((await other).status, 200);
  // What the calls really cost is a fraction of what was promised, so the next is admitted.
  const next = stage.ask({ body: body('blind'), headers: inSession('s') });
  for (let tries = 0; waiting.length < 5 && tries < 100; tries += 1) await sleep(20);
  waiting[4]?.();
  assert.equal((await next).status, 200);
});

test('prompts that nobody waited for count: leaving before the first word is no way round a limit', async (t) => {
  let waiting = 0;
  const stage = await staged(
    t,
    () => {
      waiting += 1;
    },
    'policy: { max_cost_usd_per_session: 0.005 }\n',
  );
  // 4,000 words or so: a third of a cent, and the usual reply.
  const long = { body: body('blind', 'so many words '.repeat(1_000)), headers: inSession('s') };
  const { outgoing, reply } = call(stage.gateway, long);
  for (let tries = 0; waiting < 1 && tries < 100; tries += 1) await sleep(20);
  outgoing.destroy();
  await assert.rejects(reply);
  for (let tries = 0; tries < 100 && !stage.log().includes('cancelled'); tries += 1) await sleep(20);
  const refused = await stage.ask(long);
  assert.equal(refused.status, 400);
  assert.match(errorOf(refused).message, /for this session, of which \$0\.00\d+ is left/);
  assert.equal(waiting, 1);
});

test('a request narrows the policy for all that is called on its behalf, and never widens it', async (t) => {
  const stage = await staged(t, (_, response) => say(response), 'policy: { max_cost_usd: 0.02 }\n');
  const ask = (policy: string, model = 'eyes') =>
    stage.ask({ body: body(model), headers: { ...CODEX, 'x-plugboard-policy': policy } });
  assert.equal((await ask('local_only@--local-only')).status, 200);
  const tight = await ask('max_cost_usd=0.001@--max-cost');
  assert.match(errorOf(tight).message, /--max-cost allows \$0\.001 for a request/);
  assert.equal((await ask('max_cost_usd=9@--max-cost')).status, 200);
  const fenced = await ask('local_only@PLUGBOARD_LOCAL_ONLY', 'native');
  assert.equal(fenced.status, 400);
  assert.match(errorOf(fenced).message, /"native" is kept out by PLUGBOARD_LOCAL_ONLY/);
  assert.match(errorOf(await ask('free_money@x')).message, /asks for what this gateway does not know/);
});
