import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { testProvider } from '../providers/testing/provider.ts';
import { createPools } from './pools.ts';

const MINUTE = 60_000;

test('a pool that nothing leads to any more is closed, once its replies have ended; one in use stays', async (t) => {
  const answers: (() => void)[] = [];
  const server = createServer((_, response) => void answers.push(() => response.end('whole')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
  const clock = { now: 0 };
  const pools = createPools({}, () => clock.now);
  t.after(async () => {
    await pools.close();
    server.closeAllConnections();
    server.close();
  });
  const provider = testProvider();
  const before = { ...provider, timeouts: { ...provider.timeouts, connectMs: 1_234 } };
  const old = pools.poolFor(before, url);
  const current = pools.poolFor(provider, url);
  assert.notEqual(old, current);
  const reply = request(url, { dispatcher: old }).then(({ body }) => body.text());
  for (let tries = 0; answers.length === 0 && tries < 200; tries += 1) await sleep(10);
  for (let minutes = 0; minutes <= 12; minutes += 1) {
    clock.now = minutes * MINUTE;
    assert.equal(pools.poolFor(provider, url), current);
  }
  answers[0]?.();
  assert.equal(await reply, 'whole');
  const again = pools.poolFor(before, url);
  assert.notEqual(again, old);
});
