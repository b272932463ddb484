/** Outputs of tools that reach a model in fewer words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJsonObject, parseJson } from '../ir/json.ts';
import { lastEntry, say, staged } from './testing/stage.ts';

const LOG = Array.from({ length: 300 }, (_, at) => `12:00:${10 + (at % 50)} INFO pool: connection ${at} is ready`).join(
  '\n',
);

function body(turns: number): string {
  const calls = Array.from({ length: turns }, (_, at) => [
    { type: 'function_call', call_id: `c${at}`, name: 'run', arguments: '{}' },
    { type: 'function_call_output', call_id: `c${at}`, output: `${LOG}\n12:01:00 WARN run ${at}` },
  ]);
  return JSON.stringify({
    model: 'one',
    stream: true,
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'go' }] }, ...calls.flat()],
  });
}

function messagesOf(sent: string): readonly unknown[] {
  const json = parseJson(sent);
  return isJsonObject(json) && Array.isArray(json['messages']) ? json['messages'] : [];
}

test('they are, where config.yaml says so: in each turn in the same way, and the ledger says what was saved', async (t) => {
  const stage = await staged(t, (_, response) => say(response, 'ok'), 'compression: { tool_results: true }\n');
  for (const turns of [1, 2]) await stage.ask({ body: body(turns) });
  const [first = [], second = []] = stage.seen.map((call) => messagesOf(call.body));
  assert.ok(first.length > 2);
  assert.deepEqual(second.slice(0, first.length), first, 'what a provider has cached is sent again as it was');
  const text = JSON.stringify(first);
  assert.match(text, /Shortened: a log of 301 lines/u);
  assert.match(text, /12:01:00 WARN run 0/u);
  assert.doesNotMatch(text, /connection 17 is ready/u);
  const told = (await lastEntry(stage)).losses.filter(({ why }) => why.includes('shortened'));
  assert.match(
    told[0]?.why ?? '',
    /^The outputs of 2 tool calls were shortened: about \d+ tokens in the place of \d+\.$/u,
  );
});

test('otherwise they stay as they are', async (t) => {
  const stage = await staged(t, (_, response) => say(response, 'ok'));
  await stage.ask({ body: body(1) });
  assert.match(stage.seen[0]?.body ?? '', /connection 17 is ready/u);
  assert.ok(!(await lastEntry(stage)).losses.some(({ why }) => why.includes('shortened')));
});
