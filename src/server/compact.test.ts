import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../ir/failure.ts';
import type { ClientReply } from '../pipeline/client.ts';
import { compacting } from './compact.ts';

/** What a client gets where the line answers with this text. */
async function sent(answer: (reply: ClientReply) => void): Promise<readonly (number | string)[]> {
  const told: (number | string)[] = [];
  const serve = compacting(async (request, reply) => {
    request.takeBody();
    answer(reply);
  });
  await serve(
    {
      id: 'a-b',
      protocol: 'openai-responses',
      headers: {},
      takeBody: () => Buffer.from('{"model":"m","input":"hello"}'),
      caller: { id: 'local' },
      tags: [],
      signal: new AbortController().signal,
      receivedAt: 0,
    },
    {
      head: (status) => told.push(status),
      write: () => true,
      onceDrained: () => {},
      end: (data = '') => told.push(data),
      cut: () => told.push('cut'),
    },
  );
  return told;
}

test('a reply that is no response is a failure with a head of its own', async () => {
  const told = await sent((reply) => {
    reply.head(200, {});
    assert.throws(() => reply.end('{"object":"list"}'), GatewayError);
    reply.head(502, {});
    reply.end('the failure');
  });
  assert.deepEqual(told, [502, 'the failure']);
});

test('a reply in pieces is one compaction', async () => {
  const [status, body] = await sent((reply) => {
    reply.head(200, {});
    reply.write('{"output":[{"type":"comp');
    reply.end('action"}],"usage":null}');
  });
  assert.equal(status, 200);
  const { object, output } = JSON.parse(String(body));
  assert.equal(object, 'response.compaction');
  assert.deepEqual(output.at(-1), { type: 'compaction' });
});
