import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJsonObject, type JsonObject } from '../ir/json.ts';
import { readSummary } from '../protocols/envelope.ts';
import { errorOf, lastEntry, say, staged } from './testing/stage.ts';

const body = (members: JsonObject) => JSON.stringify({ model: 'one', ...members });

test('a kept reply can be read again, with the items it was made from, and be deleted', async (t) => {
  const stage = await staged(t, (_, response) => say(response, 'kept words'));
  const first = await stage.ask({ body: body({ input: 'first' }) });
  const { id } = JSON.parse(first.text);
  const second = await stage.ask({
    body: body({ input: [{ role: 'user', content: 'second', id: 'msg_own' }], previous_response_id: id }),
  });
  const path = `/v1/responses/${JSON.parse(second.text).id}`;
  const read = await stage.ask({ path, method: 'GET' });
  assert.equal(read.status, 200);
  assert.deepEqual(JSON.parse(read.text), JSON.parse(second.text));
  const page = JSON.parse((await stage.ask({ path: `${path}/input_items?limit=2`, method: 'GET' })).text);
  assert.deepEqual(
    page.data.map(({ role }: JsonObject) => role),
    ['user', 'assistant'],
  );
  assert.deepEqual([page.first_id, page.has_more], ['msg_own', true]);
  const rest = JSON.parse((await stage.ask({ path: `${path}/input_items?after=${page.last_id}`, method: 'GET' })).text);
  assert.deepEqual([rest.data[0].content, rest.has_more], ['first', false]);
  assert.deepEqual(JSON.parse((await stage.ask({ path, method: 'DELETE' })).text), {
    id: path.split('/').at(-1),
    object: 'response',
    deleted: true,
  });
  for (const method of ['GET', 'DELETE']) {
    const gone = await stage.ask({ path, method });
    assert.equal(gone.status, 404);
    assert.match(errorOf(gone).message, /not found/);
  }
  assert.equal((await stage.ask({ path: `${path}/input_items`, method: 'GET' })).status, 404);
  assert.equal((await stage.ask({ path: '/v1/responses/resp_x', method: 'GET', token: null })).status, 401);
});

test('a path that takes a call is not taken for the id of a reply', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  for (const method of ['GET', 'DELETE']) {
    for (const path of ['/v1/responses/compact', '/v1/responses/input_tokens']) {
      const reply = await stage.ask({ path, method });
      assert.deepEqual([reply.status, reply.headers.allow], [405, 'POST'], `${method} ${path}`);
    }
  }
});

test('a conversation is condensed to its user messages and one item, from which any request goes on', async (t) => {
  const stage = await staged(t, (_, response) => say(response, 'They agreed on Tuesday.'));
  const input = [
    { role: 'user', content: 'Launch when?' },
    { role: 'assistant', content: [{ type: 'output_text', text: 'On Tuesday.' }] },
  ];
  const made = await stage.ask({ path: '/v1/responses/compact', body: body({ input, instructions: 'Be brief.' }) });
  assert.equal(made.status, 200, made.text);
  const compacted = JSON.parse(made.text);
  assert.equal(compacted.object, 'response.compaction');
  assert.deepEqual(
    compacted.output.map(({ type, role }: JsonObject) => [type, role]),
    [
      ['message', 'user'],
      ['compaction', undefined],
    ],
  );
  assert.equal(readSummary(compacted.output[1].encrypted_content), 'They agreed on Tuesday.');
  assert.equal(compacted.usage.input_tokens, 12);
  assert.match(stage.seen[0]?.body ?? '', /Answer with the summary alone\./);
  assert.equal((await lastEntry(stage)).outcome, 'completed');
  const next = [...compacted.output, { role: 'user', content: 'And now?' }];
  assert.equal((await stage.ask({ body: body({ input: next }) })).status, 200);
  const told: unknown = JSON.parse(stage.seen[1]?.body ?? '');
  assert.ok(isJsonObject(told) && Array.isArray(told['messages']));
  assert.match(JSON.stringify(told['messages'][1]), /condensed[\s\S]*They agreed on Tuesday\./);
});

test('a kept conversation is condensed by its id; what is wrong is said', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const { id } = JSON.parse((await stage.ask({ body: body({ input: 'first' }) })).text);
  const path = '/v1/responses/compact';
  const made = await stage.ask({ path, body: body({ previous_response_id: id }) });
  assert.equal(made.status, 200, made.text);
  assert.deepEqual(
    JSON.parse(made.text).output.map(({ type }: JsonObject) => type),
    ['message', 'compaction'],
  );
  const bare = await stage.ask({ path, body: '{}' });
  assert.deepEqual([bare.status, /model/.test(errorOf(bare).message)], [400, true]);
  assert.equal((await stage.ask({ path, body: body({ previous_response_id: 'resp_x' }) })).status, 400);
});

test('input is counted without a call, a kept conversation too', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const path = '/v1/responses/input_tokens';
  const count = async (members: JsonObject): Promise<number> => {
    const reply = await stage.ask({ path, body: body(members) });
    assert.equal(reply.status, 200, reply.text);
    const { object, input_tokens: tokens } = JSON.parse(reply.text);
    assert.equal(object, 'response.input_tokens');
    return tokens;
  };
  const short = await count({ input: 'hello' });
  assert.ok(short > 3 && short < 20);
  assert.ok((await count({ instructions: 'Be brief.' })) > 3);
  assert.equal(stage.seen.length, 0);
  const { id } = JSON.parse((await stage.ask({ body: body({ input: 'hello' }) })).text);
  assert.ok((await count({ input: 'more', previous_response_id: id })) > (await count({ input: 'more' })) + 5);
});

test('a native provider counts, and condenses, by itself', async (t) => {
  const stage = await staged(t, ({ url }, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      url.endsWith('input_tokens')
        ? '{"object":"response.input_tokens","input_tokens":77}'
        : '{"id":"resp_1","created_at":5,"output":[{"type":"compaction","id":"cmp_1","encrypted_content":"gAAA"}],"usage":{"input_tokens":9,"output_tokens":1,"total_tokens":10}}',
    );
  });
  const counted = await stage.ask({ path: '/v1/responses/input_tokens', body: '{"model":"native","input":"x"}' });
  assert.equal(JSON.parse(counted.text).input_tokens, 77);
  assert.equal(stage.seen[0]?.url, '/native/responses/input_tokens');
  const made = await stage.ask({ path: '/v1/responses/compact', body: '{"model":"native","input":"x"}' });
  assert.equal(JSON.parse(made.text).output[1].encrypted_content, 'gAAA', made.text);
  assert.equal(JSON.parse(stage.seen[1]?.body ?? '').input[1].type, 'compaction_trigger');
});

test('what is condensed by this path is a compaction to the rules of a route', async (t) => {
  const stage = await staged(
    t,
    (_, response) => say(response, 'They agreed on Tuesday.'),
    '  ruled: { targets: [one], rules: [{ when: [compaction], use: two }] }\n',
  );
  const made = await stage.ask({ path: '/v1/responses/compact', body: '{"model":"ruled","input":"Launch when?"}' });
  assert.equal(made.status, 200, made.text);
  assert.equal(made.headers['x-plugboard-model'], 'two');
  const entry = await lastEntry(stage);
  assert.equal(entry.requestKind, 'compaction');
  assert.ok(entry.why.some(({ text }) => /By a rule of "ruled" for calls of the kind compaction/.test(text)));
  const turn = await stage.ask({ body: '{"model":"ruled","input":"And now?"}' });
  assert.equal(turn.headers['x-plugboard-model'], 'one');
});
