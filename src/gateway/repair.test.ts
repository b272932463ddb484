/** Replies that are put right on their way, and what switches that off. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { isJsonObject, type JsonObject, parseJson } from '../ir/json.ts';
import { chunk, lastEntry, say, staged, USAGE } from './testing/stage.ts';

const json = (value: JsonObject): string => JSON.stringify(value);
const TOOL = { type: 'function', name: 'run', parameters: { type: 'object', properties: { cmd: { type: 'string' } } } };
const body = (model: string): string => json({ model, stream: true, input: 'go', tools: [TOOL] });

function flawedCall(response: ServerResponse): void {
  const made = { index: 0, id: 'c', function: { name: 'run', arguments: '{"cmd":"private words",}' } };
  const event = (delta: JsonObject, finish: string | null = null) =>
    `data: ${json({ id: 'r', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`${event({ tool_calls: [made] })}${event({}, 'tool_calls')}${USAGE}data: [DONE]\n\n`);
}

/** What the client was told that the model calls. */
function argumentsIn(text: string): unknown {
  const done = text.split('\n').flatMap((line) => {
    const event = line.startsWith('data: ') ? parseJson(line.slice(6)) : undefined;
    return isJsonObject(event) && event['type'] === 'response.output_item.done' ? [event['item']] : [];
  });
  const [item] = done;
  return isJsonObject(item) ? item['arguments'] : undefined;
}

test('a repair is told in the ledger, without the words of the call', async (t) => {
  const stage = await staged(t, (_, response) => flawedCall(response));
  assert.equal(argumentsIn((await stage.ask({ body: body('one') })).text), '{"cmd":"private words"}');
  const entry = await lastEntry(stage);
  assert.deepEqual(
    entry.losses.filter(({ path }) => path.startsWith('tool_calls')),
    [{ path: 'tool_calls.run.arguments', why: 'The arguments were repaired: a trailing comma.' }],
  );
  assert.deepEqual([entry.toolCalls?.made, entry.toolCalls?.malformed], [1, 0]);
  assert.doesNotMatch(`${JSON.stringify(entry)}${stage.log()}`, /private words/);
});

test('it can be switched off', async (t) => {
  const stage = await staged(t, (_, response) => flawedCall(response), 'repair: { arguments: false }\n');
  assert.equal(argumentsIn((await stage.ask({ body: body('one') })).text), '{"cmd":"private words",}');
  assert.equal((await lastEntry(stage)).toolCalls?.malformed, 1);
});

test('a reply without end is stopped, the connection given up, the failure kept', async (t) => {
  let closed = false;
  const stage = await staged(t, (_, response) => {
    response.on('close', () => {
      closed = true;
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let line = 0; line < 1_000; line += 1) response.write(chunk('I will look at it once more. '));
  });
  const reply = await stage.ask({ body: body('one'), headers: { originator: 'codex_exec' } });
  assert.match(reply.text, /"code":"invalid_prompt","message":"The model wrote the same 29 characters over and over/);
  const entry = await lastEntry(stage);
  assert.deepEqual([entry.outcome, entry.failureKind], ['failed', 'runaway']);
  for (let tries = 0; tries < 100 && !closed; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(closed);
  const off = await staged(t, (_, response) => say(response, 'x'.repeat(40_000)), 'repair: { repetition: false }\n');
  assert.match((await off.ask({ body: body('one') })).text, /response\.completed/);
});

test('what passes as bytes passes', async (t) => {
  const stage = await staged(t, (_, response) => flawedCall(response));
  const chat = json({
    model: 'completed',
    stream: true,
    messages: [{ role: 'user', content: 'go' }],
    tools: [{ type: 'function', function: { name: 'run' } }],
  });
  const reply = await stage.ask({ path: '/v1/chat/completions', body: chat });
  assert.match(reply.text, /private words\\",}/);
  assert.equal((await lastEntry(stage)).path, 'bytes');
});
