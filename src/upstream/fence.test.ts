import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Failure, GatewayError } from '../ir/failure.ts';
import { type CallFence, withFence } from './fence.ts';
import { layered } from './layers.ts';
import { scriptedTransport } from './testing/scripted.ts';
import { listening, testCall, testTarget } from './testing/targets.ts';
import { createHttpTransport } from './transport.ts';

const OPEN: CallFence = {
  open: false,
  refuses: () => undefined,
  mustRunHere: false,
  forwarded: (model, to) => ({ message: `${model.upstreamId} is forwarded to ${to}.`, mend: 'Choose another.' }),
};
const FORWARDING = { path: '//api/show', member: 'model', field: 'remote_host' };

test('what the fence refuses never reaches the wire', async () => {
  const wire = scriptedTransport([]);
  const refuses = (): { message: string; mend: string } => ({ message: 'kept out.', mend: 'Lift it.' });
  const fenced = layered(wire.transport, [
    withFence(
      () => ({ ...OPEN, refuses }),
      {},
      () => 0,
    ),
  ]);
  const failure = await failureOf(fenced(testCall(testTarget())));
  assert.deepEqual(failure, { kind: 'policy', message: 'kept out.', mend: 'Lift it.' });
  assert.equal(wire.calls.length, 0);
});

test('the fence hears of the proxy that a call would go through', async () => {
  const wire = scriptedTransport([{ pieces: ['x'] }, { pieces: ['x'] }]);
  const heard: (string | undefined)[] = [];
  const fence: CallFence = { ...OPEN, refuses: (_, proxy) => void heard.push(proxy) };
  const fenced = layered(wire.transport, [
    withFence(
      () => fence,
      { https: 'http://p:1' },
      () => 0,
    ),
  ]);
  await fenced(testCall(testTarget({ baseUrl: 'https://far.example/v1' })));
  await fenced(testCall(testTarget({ baseUrl: 'http://127.0.0.1:1/v1' })));
  assert.deepEqual(heard, ['http://p:1', undefined]);
});

test('a server that may forward is asked, and its word holds for a minute', async () => {
  const wire = scriptedTransport([{ pieces: ['{"model_info":{}}'] }, ...Array(4).fill({ pieces: ['{"x":1}'] })]);
  let now = 0;
  const fenced = layered(wire.transport, [
    withFence(
      () => ({ ...OPEN, mustRunHere: true }),
      {},
      () => now,
    ),
  ]);
  const call = testCall(testTarget({ forwarding: FORWARDING }));
  await fenced(call);
  now = 59_000;
  await fenced(call);
  assert.deepEqual(
    wire.calls.map(({ path }) => path),
    ['//api/show', call.path, call.path],
  );
  assert.equal(wire.calls[0]?.body, JSON.stringify({ model: call.target.model.upstreamId }));
  now = 61_000;
  await fenced(call);
  assert.equal(wire.calls[3]?.path, '//api/show');
});

for (const [name, script, wanted] of [
  [
    'a forwarded model',
    { pieces: ['{"remote_host":"https://far.example:443"}'] },
    /forwarded to https:\/\/far\.example/,
  ],
  ['a server that does not tell', { pieces: ['hello'] }, /forwarded to a place that it does not tell/],
  ['a server that fails', { status: 500, pieces: ['{}'] }, /a place that it does not tell/],
] as const) {
  test(`kept out under whatever name: ${name}`, async () => {
    const wire = scriptedTransport([script]);
    const fenced = layered(wire.transport, [
      withFence(
        () => ({ ...OPEN, mustRunHere: true }),
        {},
        () => 0,
      ),
    ]);
    const failure = await failureOf(fenced(testCall(testTarget({ forwarding: FORWARDING }))));
    assert.equal(failure.kind, 'policy');
    assert.match(failure.message, wanted);
    assert.equal(wire.calls.length, 1);
  });
}

test('a name is looked up once, and only what the guard admits is connected to', async (t) => {
  let asked = 0;
  const url = await listening(t, (_, response) => {
    asked += 1;
    response.end('{}');
  });
  const named = url.replace('127.0.0.1', 'localhost');
  const { transport, close } = createHttpTransport({});
  t.after(close);
  const guarded = (id: string, inside: (address: string) => boolean) => ({
    ...testCall(testTarget({ baseUrl: `${named}/v1` })),
    guard: { id, admits: (hostname: string, address: string) => hostname === 'localhost' && inside(address) },
  });
  const reply = await transport(guarded('here', (address) => address === '127.0.0.1'));
  assert.equal(reply.status, 200);
  await reply.text(10);
  // Another guard does not use the connection of the first.
  const failure = await failureOf(transport(guarded('nowhere', () => false)));
  assert.equal(failure.kind, 'policy');
  assert.match(failure.message, /The name localhost leads to an address outside/);
  assert.equal(asked, 1);
});

test('names of this machine are known without a question to any resolver', async (t) => {
  const url = await listening(t, (_, response) => response.end('{}'));
  const { transport, close } = createHttpTransport({});
  t.after(close);
  for (const name of ['localhost', 'localhost.', 'a-name-of-this-test.localhost']) {
    const asked: string[] = [];
    const admits = (_: string, address: string): boolean => asked.push(address) > 0 && address === '127.0.0.1';
    const call = testCall(testTarget({ baseUrl: `${url.replace('127.0.0.1', name)}/v1` }));
    const reply = await transport({ ...call, guard: { id: 'here', admits } });
    assert.equal(reply.status, 200, name);
    await reply.text(10);
    assert.deepEqual(asked, ['127.0.0.1', '::1']);
  }
});

async function failureOf(call: Promise<unknown>): Promise<Failure> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof GatewayError, String(error));
    return error.failure;
  }
  assert.fail('it passed');
}
