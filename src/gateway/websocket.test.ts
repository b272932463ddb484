import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isJsonObject, type Json, type JsonObject } from '../ir/json.ts';
import { openSocket, type SocketClient, TERMINAL } from './testing/socket.ts';
import { chunk, lastEntry, say, staged } from './testing/stage.ts';

const INPUT = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] }];
const TURN: JsonObject = { model: 'one', store: false, input: INPUT };

async function connected(t: TestContext, answer: (body: string, response: ServerResponse) => void) {
  const stage = await staged(t, ({ body }, response) => answer(body, response));
  const client = await openSocket(stage.gateway.url, { authorization: `Bearer ${stage.gateway.token}` });
  assert.ok(typeof client === 'object');
  t.after(() => client.socket.terminate());
  return { stage, client };
}

function idOf(events: readonly JsonObject[]): string {
  const response = events.at(-1)?.['response'];
  assert.ok(isJsonObject(response), JSON.stringify(events));
  return String(response['id']);
}

const types = (events: readonly JsonObject[]): readonly (Json | undefined)[] => events.map((event) => event['type']);

const messages = (body: string): readonly JsonObject[] => JSON.parse(body).messages;

test('the guards of HTTP hold for sockets, each with its status', async (t) => {
  const { gateway } = await staged(t, (_, response) => say(response));
  const authorization = `Bearer ${gateway.token}`;
  assert.equal(await openSocket(gateway.url, {}), 401);
  assert.equal(await openSocket(gateway.url, { authorization: 'Bearer wrong' }), 401);
  assert.equal(await openSocket(gateway.url, { authorization, host: 'evil.example' }), 403);
  assert.equal(await openSocket(gateway.url, { authorization, origin: 'https://evil.example' }), 403);
  assert.equal(await openSocket(gateway.url, { authorization }, '/v1/models'), 404);
  const client = await openSocket(gateway.url, { 'x-api-key': gateway.token });
  assert.ok(typeof client === 'object');
  client.socket.terminate();
});

test('a refused client that never hangs up is no reason for the gateway to stay', async (t) => {
  const { gateway } = await staged(t, (_, response) => say(response));
  const { hostname, port } = new URL(gateway.url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(`GET /v1/responses HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  await new Promise((resolve) => socket.once('end', resolve));
  assert.match(answer, /^HTTP\/1\.1 401 .*"code":"upgrade_refused"/s);
  assert.equal(await Promise.race([gateway.stop().then(() => 'stopped'), sleep(5_000, 'still there')]), 'stopped');
});

test('sockets can be switched off while the gateway runs: then 426, and those that are open live on', async (t) => {
  const { stage, client } = await connected(t, (_, response) => say(response));
  const file = join(stage.home, 'config.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('server: {', 'server: { websocket: false,'));
  let status: unknown = 200;
  for (let tries = 0; tries < 100 && status !== 426; tries += 1) {
    await sleep(50);
    status = await openSocket(stage.gateway.url, { authorization: `Bearer ${stage.gateway.token}` });
    if (typeof status === 'object') client.socket.ping();
  }
  assert.equal(status, 426);
  assert.equal((await client.turn(TURN)).at(-1)?.['type'], 'response.completed');
});

test('a turn is one event a frame, and has its ledger entry', async (t) => {
  const { stage, client } = await connected(t, (_, response) => say(response, 'hi there'));
  const events = await client.turn(TURN);
  assert.deepEqual(types(events), [
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ]);
  assert.deepEqual(
    events.map((event) => event['sequence_number']),
    events.map((_, index) => index),
  );
  const entry = await lastEntry(stage);
  assert.equal(entry.outcome, 'completed');
  assert.equal(entry.usage?.freshInput, 12);
});

test('getting ready costs no call, and the next turn goes on from it', async (t) => {
  const { stage, client } = await connected(t, (_, response) => say(response));
  const instructions = [{ type: 'message', role: 'developer', content: 'Be brief.' }];
  const ready = await client.turn({ ...TURN, input: instructions, generate: false });
  assert.deepEqual(types(ready), ['response.created', 'response.in_progress', 'response.completed']);
  assert.equal(stage.seen.length, 0);
  const first = await client.turn({ ...TURN, previous_response_id: idOf(ready) });
  const created = first[0]?.['response'];
  assert.equal(isJsonObject(created) && created['previous_response_id'], idOf(ready));
  await client.turn({ ...TURN, input: 'and now?', previous_response_id: idOf(first) });
  assert.deepEqual(
    messages(stage.seen[1]?.body ?? '').map(({ role, content }) => [role, content]),
    [
      ['system', 'Be brief.'],
      ['user', 'hello'],
      ['assistant', 'hello'],
      ['user', 'and now?'],
    ],
  );
});

test('what goes on from a reply is, byte for byte, what a whole request would have sent', async (t) => {
  const { stage, client } = await connected(t, (_, response) => say(response));
  const first = await client.turn(TURN);
  const more = [{ type: 'message', role: 'user', content: 'more' }];
  await client.turn({ ...TURN, previous_response_id: idOf(first), input: more });
  const said = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hello' }] };
  const whole = { model: 'one', store: false, stream: true, input: [...INPUT, said, ...more] };
  await stage.ask({ body: JSON.stringify(whole) });
  assert.equal(stage.seen[1]?.body, stage.seen[2]?.body);
  const [one, two] = [stage.seen[0]?.body ?? '', stage.seen[1]?.body ?? ''];
  const shared = one.slice(0, one.indexOf(']', one.indexOf('"messages":')));
  assert.ok(shared.length > 0 && two.startsWith(shared));
});

test('an id that the socket does not know is refused as the API does, and the socket lives on', async (t) => {
  const { stage, client } = await connected(t, (_, response) => say(response));
  const [error] = await client.turn({ ...TURN, previous_response_id: 'resp_gone' });
  assert.equal(error?.['type'], 'error');
  assert.equal(error['status'], 400);
  assert.ok(isJsonObject(error['error']));
  assert.equal(error['error']['code'], 'previous_response_not_found');
  assert.equal(stage.seen.length, 0);
  const kept = idOf(await client.turn(TURN));
  const other = await openSocket(stage.gateway.url, { authorization: `Bearer ${stage.gateway.token}` });
  assert.ok(typeof other === 'object');
  const [foreign] = await other.turn({ ...TURN, previous_response_id: kept });
  assert.equal(foreign?.['type'], 'error', 'what is not to be stored is kept for its own socket alone');
  other.socket.terminate();
  const stored = idOf(await client.turn({ ...TURN, store: true }));
  const reply = await stage.ask({
    body: JSON.stringify({ model: 'one', stream: true, input: 'x', previous_response_id: stored }),
  });
  assert.equal(reply.status, 200, 'what may be stored is known over HTTP too');
});

test('an output without its call is refused, and ends the chain that it named', async (t) => {
  const { client } = await connected(t, (_, response) => say(response));
  const previous_response_id = idOf(await client.turn(TURN));
  const input = [{ type: 'function_call_output', call_id: 'call_none', output: 'x' }];
  const [error] = await client.turn({ ...TURN, previous_response_id, input });
  assert.ok(isJsonObject(error?.['error']));
  assert.match(String(error['error']['message']), /No tool call found/);
  const [gone] = await client.turn({ ...TURN, previous_response_id });
  assert.ok(isJsonObject(gone?.['error']));
  assert.equal(gone['error']['code'], 'previous_response_not_found');
});

test('what is wrong with a frame is said in an error frame', async (t) => {
  const { client } = await connected(t, (_, response) => say(response));
  const wrong = async (frame: string | JsonObject): Promise<Json | undefined> => {
    client.send(frame);
    const event = await client.next();
    assert.equal(event['type'], 'error');
    return isJsonObject(event['error']) ? event['error']['message'] : undefined;
  };
  assert.match(String(await wrong('no json')), /no JSON object/);
  assert.match(String(await wrong('{"type":"response.create"}')), /model: expected the name of a model/);
  assert.match(String(await wrong('{"type":"response.steer"}')), /expected "response\.create".*"response\.steer"/);
  assert.match(String(await wrong({ ...TURN, stream_id: 'a' })), /stream_id is not supported/);
  assert.match(String(await wrong({ ...TURN, model: 'on' })), /The nearest: one/);
  assert.match(String(await wrong({ ...TURN, generate: false, input: 7 })), /input: expected a string or a list/);
  assert.equal((await client.turn(TURN)).at(-1)?.['type'], 'response.completed');
});

test('a refusal of the provider is one error frame, with the time to wait', async (t) => {
  const { client } = await connected(t, (_, response) => {
    response.writeHead(429, { 'retry-after': '70', 'content-type': 'application/json' });
    response.end('{"error":{"message":"Slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}');
  });
  const [error] = await client.turn(TURN);
  assert.equal(error?.['status'], 429);
  assert.deepEqual(error?.['headers'], { 'retry-after': '70' });
});

test('turns run one after the other, and a client that floods is told', async (t) => {
  const open: ServerResponse[] = [];
  const { stage, client } = await connected(t, (_, response) => void open.push(response));
  for (let count = 0; count < 10; count += 1) client.send(TURN);
  const error = await client.next();
  assert.deepEqual([error['type'], error['status']], ['error', 429]);
  while (open[0] === undefined) await sleep(5);
  assert.equal(stage.seen.length, 1);
  for (let count = 0; count < 9; count += 1) {
    while (open[count] === undefined) await sleep(5);
    assert.equal(open.length, count + 1);
    const response = open[count];
    if (response !== undefined) say(response, `number ${count}`);
    let event: JsonObject | undefined;
    while (event?.['type'] !== 'response.completed') event = await client.next();
  }
});

test('a client that leaves ends the call upstream, which still has its entry', async (t) => {
  let gone = false;
  const { stage, client } = await connected(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chunk('begun'));
    response.once('close', () => {
      gone = true;
    });
  });
  client.send(TURN);
  while ((await client.next())['type'] !== 'response.output_text.delta');
  client.socket.terminate();
  assert.equal((await lastEntry(stage)).outcome, 'cancelled');
  assert.ok(gone);
});

test('a frame over the limit is refused in words, one over twice the limit closes the socket with 1009', async (t) => {
  const { stage, client } = await connected(t, (_, response) => say(response));
  const [error] = await client.turn({ ...TURN, input: 'x'.repeat(1_100_000) });
  assert.equal(error?.['status'], 413);
  assert.equal((await client.turn(TURN)).at(-1)?.['type'], 'response.completed');
  client.send({ ...TURN, input: 'x'.repeat(2_200_000) });
  assert.equal(await client.closed, 1009);
  const other = await openSocket(stage.gateway.url, { authorization: `Bearer ${stage.gateway.token}` });
  assert.ok(typeof other === 'object');
  other.socket.send(Buffer.from('{}'));
  assert.equal(await other.closed, 1003);
});

test('what waits on a socket is no longer than one body; the rest is refused, and what waits still runs', async (t) => {
  const open: ServerResponse[] = [];
  const { client } = await connected(t, (_, response) => void open.push(response));
  const long = { ...TURN, input: 'x'.repeat(600_000) };
  client.send(TURN);
  while (open.length < 1) await sleep(5);
  client.send(long);
  const [refused] = await client.turn(long);
  assert.deepEqual([refused?.['type'], refused?.['status']], ['error', 429]);
  for (const turn of [1, 2]) {
    while (open.length < turn) await sleep(5);
    const response = open[turn - 1];
    assert.ok(response);
    say(response);
    let event: JsonObject = {};
    while (!TERMINAL.includes(event['type'])) event = await client.next();
    assert.equal(event['type'], 'response.completed');
  }
});

test('a conversation that grows over the limit is refused in words', async (t) => {
  const { client } = await connected(t, (_, response) => say(response));
  const long = { ...TURN, input: 'x'.repeat(600_000) };
  const first = await client.turn(long);
  const [error] = await client.turn({ ...long, previous_response_id: idOf(first) });
  assert.equal(error?.['status'], 413);
});

/** Some 40,000 characters that no other piece has. */
const words = (count: number): string => Array.from({ length: 5_000 }, (_, at) => count * 5_000 + at).join(' ');

test('a slow reader holds the provider back, and is sent everything however often it stops', async (t) => {
  // More than the buffers of the connections take.
  const pieces = 380;
  let written = 0;
  const { client } = await connected(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const more = (): void => {
      while (written < pieces) {
        written += 1;
        if (!response.write(chunk(words(written)))) return void response.once('drain', more);
      }
      response.end(`${chunk('end')}${chunk('', 'stop')}data: [DONE]\n\n`);
    };
    more();
  });
  client.socket.pause();
  client.send(TURN);
  for (let before = -1; written === 0 || before !== written; await sleep(200)) before = written;
  assert.ok(written < pieces, 'all was taken from the provider while nobody read');
  client.socket.resume();
  let length = 0;
  for (let event = await client.next(); !TERMINAL.includes(event['type']); event = await client.next()) {
    if (event['type'] !== 'response.output_text.delta') continue;
    length += String(event['delta']).length;
    client.socket.pause();
    setTimeout(() => client.socket.resume(), 1);
  }
  const sent = Array.from({ length: pieces }, (_, at) => words(at + 1).length).reduce((sum, one) => sum + one, 0);
  assert.equal(length, sent + 'end'.length);
});

test('at the end of the gateway a running turn ends first, an idle socket at once', async (t) => {
  const open: ServerResponse[] = [];
  const { stage, client } = await connected(t, (_, response) => void open.push(response));
  const idle = await openSocket(stage.gateway.url, { authorization: `Bearer ${stage.gateway.token}` });
  assert.ok(typeof idle === 'object');
  const turn: ReturnType<SocketClient['turn']> = client.turn(TURN);
  while (open[0] === undefined) await sleep(5);
  const stopped = stage.gateway.stop();
  assert.equal(await idle.closed, 1001);
  say(open[0], 'the last word');
  assert.equal((await turn).at(-1)?.['type'], 'response.completed');
  assert.equal(await client.closed, 1001);
  await stopped;
});
