import assert from 'node:assert/strict';
import { request as send } from 'node:http';
import { type TestContext, test } from 'node:test';
import { KeptReplies } from '../protocols/openai-responses/kept/kept-replies.ts';
import { createApp } from './app.ts';
import type { Services } from './services.ts';

/** A server whose line does as the test says. @returns how a request ended, and what was reported of it. */
async function asked(t: TestContext, serve: Services['serve']) {
  const reported: unknown[] = [];
  const limits = { replies: 1, bytes: 1, conversationBytes: 1, idleMs: 1 };
  const app = createApp(
    {
      settings: () => ({ allowedHosts: [], tagHeaders: [], bodyLimitBytes: 1_000, websocket: false }),
      tokens: () => ['token'],
      serve,
      count: serve,
      compact: serve,
      kept: new KeptReplies(limits, Date.now),
      speaks: () => true,
      encodeError: () => undefined,
      catalog: async () => ({ body: '{}', etag: '"1"' }),
      readiness: () => ({ ready: true, problems: [] }),
      status: () => ({}),
      explain: () => assert.fail('no plan was asked for'),
      dispatch: { metrics: () => ({}), state: () => ({}), reset: () => 0 },
      stop: () => {},
      newId: () => 'id',
      now: Date.now,
      report: (error) => reported.push(error),
    },
    { bodyLimitBytes: 1_000 },
  );
  t.after(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const ended = await new Promise<string>((resolve) => {
    const headers = { authorization: 'Bearer token', 'content-type': 'application/json' };
    const outgoing = send(`${url}/v1/responses`, { method: 'POST', headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => {
        text += String(piece);
      });
      response.on('end', () => resolve(`${response.statusCode} ${text}`));
      response.on('error', () => resolve('broken off'));
    });
    outgoing.on('error', () => resolve('broken off'));
    outgoing.end('{}');
  });
  return { ended, reported };
}

test('a line that throws is reported, and its client is not left to wait', async (t) => {
  const bug = new RangeError('a bug');
  const { ended, reported } = await asked(t, async () => {
    throw bug;
  });
  assert.equal(ended, 'broken off');
  assert.deepEqual(reported, [bug]);
});

test('a line that throws behind a whole reply takes nothing of it back', async (t) => {
  const bug = new RangeError('the ledger');
  const { ended, reported } = await asked(t, async (_, reply) => {
    reply.head(200, {});
    reply.end('whole');
    throw bug;
  });
  assert.equal(ended, '200 whole');
  assert.deepEqual(reported, [bug]);
});
