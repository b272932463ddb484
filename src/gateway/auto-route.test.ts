import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJsonObject, type JsonObject, parseJson } from '../ir/json.ts';
import { FAILED_TEST } from '../routing/work/testing/conversation.ts';
import { chunk, lastEntry, say, staged } from './testing/stage.ts';

const ROUTE =
  '  climbs: { strategy: auto, targets: [one, two] }\n  judged: { strategy: auto, targets: [blind, two], judge: { model: eyes, timeout: 500ms, threshold: 0.6 } }\n  divides: { strategy: split, targets: [two, one] }\n';
const OUTPUT = `Process exited with code 1\nOutput:\n${FAILED_TEST}`;

const message = (role: string, text: string): JsonObject => ({
  type: 'message',
  role,
  content: [{ type: 'input_text', text }],
});
const call = (id: string, cmd: string, output: string): readonly JsonObject[] => [
  { type: 'function_call', call_id: id, name: 'exec_command', arguments: JSON.stringify({ cmd }) },
  { type: 'function_call_output', call_id: id, output },
];
const TASK = message('user', 'mend the parser');
const FAILED = [
  TASK,
  ...call('c1', 'echo b > a.js', 'Process exited with code 0\n'),
  ...call('c2', 'npm test', OUTPUT),
];
const SUMMARY = message(
  'user',
  'Another language model started to solve this problem and produced a summary of it: half is done.',
);

function modelOf(body: string | undefined): unknown {
  const json = parseJson(body ?? '');
  return isJsonObject(json) ? json['model'] : undefined;
}

test('an auto route goes up with a failing test, stays up after a compaction, and comes down with the next task', async (t) => {
  const { ask, seen } = await staged(t, (_, response) => say(response), ROUTE);
  const asked = async (input: readonly JsonObject[], session: string): Promise<unknown> => {
    const body = JSON.stringify({ model: 'climbs', stream: true, input });
    const reply = await ask({ body, headers: { 'session-id': session } });
    assert.equal(reply.status, 200, reply.text);
    return modelOf(seen.at(-1)?.body);
  };
  assert.equal(await asked([TASK], 's'), 'm-one');
  assert.equal(await asked(FAILED, 's'), 'm-two');
  const condensed = [TASK, SUMMARY];
  assert.equal(await asked(condensed, 's'), 'm-two');
  assert.equal(
    await asked([...condensed, message('assistant', 'Done.'), message('user', 'write a changelog')], 's'),
    'm-one',
  );
  // A session of which nothing is remembered: the history alone says it.
  assert.equal(await asked(FAILED, 'another'), 'm-two');
});

test('the same conversation says the same through every door', async (t) => {
  const { ask, seen } = await staged(t, (_, response) => say(response), ROUTE);
  const chat = [
    { role: 'user', content: 'mend the parser' },
    {
      role: 'assistant',
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'write_file', arguments: '{"path":"a.js"}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'written' },
    {
      role: 'assistant',
      tool_calls: [{ id: 'c2', type: 'function', function: { name: 'bash', arguments: '{"command":"npm test"}' } }],
    },
    { role: 'tool', tool_call_id: 'c2', content: `exit code: 1\n${FAILED_TEST}` },
  ];
  await ask({ path: '/v1/chat/completions', body: JSON.stringify({ model: 'climbs', stream: true, messages: chat }) });
  assert.equal(modelOf(seen.at(-1)?.body), 'm-two');
  const use = (id: string, name: string, input: JsonObject) => ({
    role: 'assistant',
    content: [{ type: 'tool_use', id, name, input }],
  });
  const result = (id: string, content: string, failed = false) => ({
    role: 'user',
    content: [
      { type: 'tool_result', tool_use_id: id, content, is_error: failed },
      { type: 'text', text: '<system-reminder>\nMind the list.\n</system-reminder>' },
    ],
  });
  const messages = [
    { role: 'user', content: 'mend the parser' },
    use('t1', 'Edit', { file_path: 'a.js' }),
    result('t1', 'The file was updated.'),
    use('t2', 'Bash', { command: 'npm test' }),
    result('t2', FAILED_TEST, true),
  ];
  await ask({
    path: '/v1/messages',
    body: JSON.stringify({ model: 'climbs', stream: true, max_tokens: 100, messages }),
  });
  assert.equal(modelOf(seen.at(-1)?.body), 'm-two');
});

test('a split route begins with its planner, goes on with its executor, and goes back after a failure', async (t) => {
  const { ask, seen } = await staged(t, (_, response) => say(response), ROUTE);
  const asked = async (input: readonly JsonObject[]): Promise<unknown> => {
    await ask({ body: JSON.stringify({ model: 'divides', stream: true, input }) });
    return modelOf(seen.at(-1)?.body);
  };
  const edited = FAILED.slice(0, 3);
  assert.equal(await asked([TASK]), 'm-two');
  assert.equal(await asked(edited), 'm-one');
  assert.equal(await asked(FAILED), 'm-two');
});

test('a request that is read for its plan still goes through as bytes where the provider takes them', async (t) => {
  const stage = await staged(
    t,
    (_, response) => {
      const done = { type: 'response.completed', response: { id: 'r', status: 'completed', output: [] } };
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: ${JSON.stringify(done)}\n\n`);
    },
    '  native-first: { strategy: auto, targets: [native, one] }\n',
  );
  const body = '{ "model":"native-first", "stream":true,"input":"hello",  "mystery": 1 }';
  const reply = await stage.ask({ body, headers: { 'session-id': 's' } });
  assert.equal((await lastEntry(stage, String(reply.headers['x-request-id']))).path, 'bytes');
  assert.equal(stage.seen[0]?.body, body.replace('native-first', 'gpt'));
});

test('a judge is asked once a task, decides where it begins, and its cost stands in the ledger', async (t) => {
  let answer: string | undefined = '90';
  const stage = await staged(
    t,
    ({ body }, response) => {
      if (modelOf(body) !== 'm-eyes') return say(response);
      if (answer === undefined) return void setTimeout(() => say(response, '90'), 5_000).unref();
      return say(response, answer);
    },
    ROUTE,
  );
  const { ask, seen } = stage;
  let requestId = '';
  const asked = async (...input: readonly JsonObject[]): Promise<readonly unknown[]> => {
    const before = seen.length;
    const body = JSON.stringify({ model: 'judged', stream: true, input });
    const reply = await ask({ body, headers: { 'session-id': 's' } });
    requestId = String(reply.headers['x-request-id']);
    return seen.slice(before).map((request) => modelOf(request.body));
  };
  assert.deepEqual(await asked(TASK), ['m-eyes', 'm-two']);
  assert.match(JSON.stringify((await lastEntry(stage, requestId)).why), /The judge .+eyes.+ gives 0\.90/);
  assert.deepEqual(await asked(...FAILED), ['m-two']);
  answer = '10';
  assert.deepEqual(await asked(message('user', 'write a changelog')), ['m-eyes', 'm-blind']);
  // 12 tokens in and 3 out of each, in nano-USD: the judge's at 10 and 20 dollars a million, the other's at 1 and 2.
  assert.equal((await lastEntry(stage, requestId)).costNanoUsd, 180_000 + 18_000);
  // Too slow: the words decide, which say nothing, and nobody asks again.
  answer = undefined;
  const docs = message('user', 'write the docs');
  const started = performance.now();
  assert.deepEqual(await asked(docs), ['m-eyes', 'm-blind']);
  assert.ok(performance.now() - started < 3_000);
  assert.deepEqual(await asked(docs, message('assistant', 'I do.'), message('user', 'go on')), ['m-blind']);
});

test('a judge that would break a limit of the session, or stands outside the fence, is not asked', async (t) => {
  for (const policy of ['max_cost_usd_per_session: 0.005', 'allowed_models: ["m-blind", "m-two"]']) {
    const { ask, seen } = await staged(t, (_, response) => say(response, '90'), `${ROUTE}policy: { ${policy} }\n`);
    const body = JSON.stringify({ model: 'judged', stream: true, input: [TASK] });
    const reply = await ask({ body, headers: { 'session-id': 's' } });
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(
      seen.map((request) => modelOf(request.body)),
      ['m-blind'],
      policy,
    );
  }
});

test('what a judge cost counts against the limits also where nothing can serve then', async (t) => {
  const { ask, seen } = await staged(
    t,
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const usage = { prompt_tokens: 100, completion_tokens: 3_000, total_tokens: 3_100 };
      response.end(`${chunk('90')}${chunk('', 'stop')}data: ${JSON.stringify({ choices: [], usage })}\n\n`);
    },
    '  judged: { strategy: auto, targets: [eyes, one], judge: { model: blind } }\npolicy: { max_cost_usd_per_session: 0.005 }\n',
  );
  const asked = async (task: string): Promise<number> => {
    const body = JSON.stringify({ model: 'judged', stream: true, input: [message('user', task)] });
    return (await ask({ body, headers: { 'session-id': 's' } })).status;
  };
  assert.notEqual(await asked('mend the parser'), 200);
  assert.equal(seen.length, 1, 'the judge is cheap enough, the targets are not');
  assert.notEqual(await asked('write a changelog'), 200);
  assert.equal(seen.length, 1, 'what the first answer cost is more than the session may');
});
