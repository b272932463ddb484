import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { makeEnvelope } from '../protocols/envelope.ts';
import { KEY, lastEntry, say, staged } from './testing/stage.ts';

const path = '/v1/chat/completions';
const CUSTOM = `: hello\r\n\r\ndata: {"id":"c", "choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"k","type":"custom","custom":{"name":"patch","input":"+ \\"raw"}}]},"finish_reason":null}]}\r\n\r\ndata: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\r\n\r\ndata: {"id":"c","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}\r\n\r\ndata: [DONE]\r\n\r\n`;

function stream(response: ServerResponse, bytes: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(bytes);
}

test('a native provider gets the bytes of the client, and the client gets those of the provider', async (t) => {
  const stage = await staged(t, (_, response) => stream(response, CUSTOM));
  const body =
    '{ "model" : "completed", "stream":true, "n": 1, "messages":[{"role":"user","content":"hi"}], "new": [1,  2] }';
  const headers = { 'openai-beta': 'more=1', 'user-agent': 'my-agent/1.2.3 (linux)' };
  const reply = await stage.ask({ path, body, headers });
  assert.equal(reply.text, CUSTOM);
  const [seen] = stage.seen;
  assert.equal(seen?.body, body.replace('"completed"', '"gpt"'));
  assert.equal(seen?.url, '/completions/chat/completions');
  assert.deepEqual(
    [seen?.headers.authorization, seen?.headers['openai-beta'], seen?.headers['user-agent']],
    [`Bearer ${KEY}`, 'more=1', undefined],
  );
  const entry = await lastEntry(stage);
  assert.deepEqual(
    [entry.path, entry.protocol, entry.originator, entry.usage?.freshInput, entry.toolCalls],
    ['bytes', 'openai-chat', 'my-agent', 5, { made: 1, malformed: 0, failedPatches: 0 }],
  );
});

test('a whole completion of a native provider goes through byte for byte', async (t) => {
  const bytes = `{ "id": "c", "choices" : [ {"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"} ],
 "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}, "unknown": 1 }`;
  const stage = await staged(t, (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(bytes),
  );
  const body = '{ "model" : "completed", "messages":[{"role":"user","content":"hi"}] }';
  assert.equal((await stage.ask({ path, body })).text, bytes);
  assert.equal(stage.seen[0]?.body, body.replace('"completed"', '"gpt"'));
  assert.equal((await lastEntry(stage)).path, 'bytes');
});

test('losses are named as the client named the members', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const format = { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } };
  const messages = [{ role: 'user', content: 'hi' }];
  const members = { reasoning_effort: 'low', verbosity: 'low', response_format: format };
  await stage.ask({ path, body: JSON.stringify({ model: 'one', messages, ...members }) });
  const { losses } = await lastEntry(stage);
  assert.deepEqual(losses.map((loss) => loss.path).sort(), ['reasoning_effort', 'response_format', 'verbosity']);
});

test('what another provider made does not go to a native one, whose reply is then translated', async (t) => {
  const stage = await staged(t, (_, response) => say(response));
  const state = { protocol: 'openai-chat', provider: 'other', model: 'm', value: { field: 'reasoning' } } as const;
  const details = [{ type: 'reasoning.encrypted', data: makeEnvelope(state) }];
  const messages = [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'hello', reasoning_details: details },
    { role: 'user', content: 'again' },
  ];
  const tools = [{ type: 'custom', custom: { name: 'patch' } }];
  const reply = await stage.ask({ path, body: JSON.stringify({ model: 'completed', stream: true, messages, tools }) });
  assert.match(reply.text, /"model":"completed".*"content":"hello"/);
  assert.doesNotMatch(stage.seen[0]?.body ?? '', /pb1:|reasoning_details/);
  assert.match(stage.seen[0]?.body ?? '', /"type":"function","function":\{"name":"patch"/);
  const entry = await lastEntry(stage);
  assert.equal(entry.path, 'translated');
  assert.ok(entry.losses.length > 0);
});

test('a member that bears the name of what every object has is told under its own name', async (t) => {
  const said = { type: 'message', id: 'm', role: 'assistant', content: [{ type: 'text', text: 'hi' }] };
  const stage = await staged(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...said, stop_reason: 'end_turn', usage: { input_tokens: 1, output_tokens: 1 } }));
  });
  const body = '{"model":"alike","messages":[{"role":"user","content":"Go."}],"constructor":{"a":1}}';
  assert.equal((await stage.ask({ path, body })).status, 200);
  const { losses } = await lastEntry(stage);
  assert.ok(
    losses.some((loss) => loss.path === 'constructor'),
    JSON.stringify(losses),
  );
});
