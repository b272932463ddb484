import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isJsonObject, type JsonObject } from '../ir/json.ts';
import { errorOf, lastEntry, say, staged } from './testing/stage.ts';

const post = (body: JsonObject) => ({ body: JSON.stringify({ model: 'one', ...body }) });

const spoken = (body: string): readonly (readonly unknown[])[] =>
  JSON.parse(body).messages.map(({ role, content }: JsonObject) => [role, content]);

/** The response object of a unary or streamed reply. */
function responseOf(text: string): JsonObject {
  const last = text.startsWith('{') ? text : /data: (.*)\n\n(?:data: \[DONE\]\n\n)?$/.exec(text)?.[1];
  const json: unknown = JSON.parse(last ?? '');
  assert.ok(isJsonObject(json));
  const response = json['response'] ?? json;
  assert.ok(isJsonObject(response));
  return response;
}

test('a request goes on from a kept reply, streamed or whole', async (t) => {
  const stage = await staged(t, (_, response) => say(response, 'one'));
  const first = responseOf((await stage.ask(post({ input: 'first' }))).text);
  assert.deepEqual([first['store'], first['previous_response_id']], [true, null]);
  const second = responseOf(
    (await stage.ask(post({ input: 'second', stream: true, previous_response_id: String(first['id']) }))).text,
  );
  assert.equal(second['previous_response_id'], first['id']);
  await stage.ask(post({ input: 'third', previous_response_id: String(second['id']) }));
  assert.deepEqual(spoken(stage.seen[2]?.body ?? ''), [
    ['user', 'first'],
    ['assistant', 'one'],
    ['user', 'second'],
    ['assistant', 'one'],
    ['user', 'third'],
  ]);
});

test('what is kept reaches neither disk nor log', async (t) => {
  const stage = await staged(t, (_, response) => say(response, 'the reply of marzipan'));
  const first = responseOf((await stage.ask(post({ input: 'the question of marzipan' }))).text);
  await stage.ask(post({ input: 'more', previous_response_id: String(first['id']) }));
  assert.match(stage.seen[1]?.body ?? '', /marzipan.*marzipan/);
  await lastEntry(stage);
  assert.ok(!stage.log().includes('marzipan'));
  const files = readdirSync(stage.home, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  assert.ok(files.length > 2);
  for (const { parentPath, name } of files) assert.ok(!readFileSync(join(parentPath, name)).includes('marzipan'), name);
});

test('what is not to be stored is not kept, and an unknown id is refused as the API does', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const first = responseOf((await stage.ask(post({ input: 'first', store: false }))).text);
  assert.equal(first['store'], false);
  const refused = await stage.ask(post({ input: 'second', previous_response_id: String(first['id']) }));
  assert.equal(refused.status, 400);
  assert.equal(errorOf(refused).code, 'previous_response_not_found');
  assert.match(errorOf(refused).message, /^Previous response with id 'resp_[0-9a-f]+' not found\.$/);
  assert.equal(stage.seen.length, 1);
});

test('a native provider keeps its own replies: its ids go to it as they came', async (t) => {
  const stage = await staged(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(
      'data: {"type":"response.output_item.done","output_index":0,"item":{"type":"message"}}\n\n' +
        'data: {"type":"response.completed","response":{"id":"resp_theirs","output":[]}}\n\n',
    );
  });
  const ask = { model: 'native', stream: true, input: 'next', previous_response_id: 'resp_theirs' };
  assert.equal((await stage.ask({ body: JSON.stringify(ask) })).status, 200);
  await stage.ask({ body: JSON.stringify(ask) });
  for (const { body } of stage.seen) assert.deepEqual(JSON.parse(body), { ...ask, model: 'gpt' });
});
