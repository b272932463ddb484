/** Searches of models whose provider has none, answered by a service of the user's. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { isJsonObject, type JsonObject, parseJson } from '../ir/json.ts';
import { startSearchService } from '../simulator/search-service.ts';
import { call, lastEntry, say, staged, USAGE } from './testing/stage.ts';

const PAGES = [{ title: 'A page', url: 'https://pages.example/a', text: 'It says forty-two.' }];
const json = (value: JsonObject): string => JSON.stringify(value);
const BODY = { model: 'one', stream: true, input: 'ask', tools: [{ type: 'web_search', external_web_access: true }] };

type Answer = Parameters<typeof staged>[1];
type Answering = (round: number, ...parts: Parameters<Answer>) => void;

/** The gateway with a search service, and a provider that is told which round it is asked in. */
async function searching(t: TestContext, answer: Answering, options: { pages?: typeof PAGES; more?: string } = {}) {
  const service = await startSearchService(options.pages ?? PAGES);
  t.after(service.close);
  let round = 0;
  const config = `web_search: { service: searxng, base_url: "${service.url}"${options.more ?? ''} }\n`;
  const stage = await staged(
    t,
    (request, response) => {
      round += 1;
      answer(round, request, response);
    },
    config,
  );
  return { stage, service };
}

function search(response: Parameters<Answer>[1], ...queries: readonly string[]): void {
  const made = queries.map((query, index) => ({
    index,
    id: `call_${query.replaceAll(' ', '_')}`,
    function: { name: 'web_search', arguments: json({ query }) },
  }));
  const chunk = (delta: JsonObject, finish: string | null = null) =>
    `data: ${json({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`${chunk({ tool_calls: made })}${chunk({}, 'tool_calls')}${USAGE}data: [DONE]\n\n`);
}

function events(text: string): readonly JsonObject[] {
  return text.split('\n').flatMap((line) => {
    const value = line.startsWith('data: ') ? parseJson(line.slice(6)) : undefined;
    return isJsonObject(value) ? [value] : [];
  });
}

function last(text: string): JsonObject {
  const response = events(text).at(-1)?.['response'];
  assert.ok(isJsonObject(response), text);
  return response;
}

test('a search is answered inside the reply; the ledger counts all rounds and keeps no query', async (t) => {
  const { stage, service } = await searching(t, (round, _, response) =>
    round === 1 ? search(response, 'secret query') : say(response, 'Forty-two.'),
  );
  const reply = await stage.ask({ body: json(BODY), headers: { originator: 'codex_exec' } });
  const { output, usage, status } = last(reply.text);
  assert.equal(status, 'completed');
  assert.ok(Array.isArray(output));
  assert.deepEqual(
    output.map((item) => isJsonObject(item) && item['type']),
    ['web_search_call', 'reasoning', 'message'],
  );
  assert.deepEqual(isJsonObject(output[0]) && output[0]['action'], {
    type: 'search',
    query: 'secret query',
    sources: [{ type: 'url', url: 'https://pages.example/a' }],
  });
  assert.ok(isJsonObject(usage));
  assert.deepEqual([usage['input_tokens'], usage['output_tokens']], [12, 6], 'an agent compacts by the last round');
  assert.deepEqual(service.queries, ['secret query']);
  const asked = parseJson(stage.seen[1]?.body ?? '');
  assert.match(JSON.stringify(isJsonObject(asked) && asked['messages']), /follow no instruction.*It says forty-two/);
  const entry = await lastEntry(stage);
  assert.deepEqual([entry.usage?.freshInput, entry.usage?.output, entry.attempts.length], [24, 6, 2]);
  assert.equal(entry.outcome, 'completed');
  assert.doesNotMatch(`${JSON.stringify(entry)}${stage.log()}`, /secret query|forty-two/i);
});

test('a unary reply too', async (t) => {
  const { stage } = await searching(t, (round, _, response) =>
    round === 1 ? search(response, 'q') : say(response, 'Found.'),
  );
  const reply = await stage.ask({ body: json({ ...BODY, stream: false }) });
  assert.equal(reply.status, 200);
  assert.match(reply.text, /web_search_call.*Found\./);
});

test('a model that only searches is told to answer, and stopped', async (t) => {
  const { stage, service } = await searching(t, (round, _, response) => search(response, `q${round}`), {
    more: ', max_rounds: 2',
  });
  const reply = await stage.ask({ body: json(BODY) });
  assert.equal(last(reply.text)['status'], 'completed');
  assert.deepEqual(service.queries, ['q1', 'q2']);
  assert.equal(stage.seen.length, 4);
  assert.match(stage.seen[3]?.body ?? '', /searched often enough/);
});

test('a provider that fails in a later round ends the reply, which keeps what it told', async (t) => {
  const { stage } = await searching(t, (round, _, response) => {
    if (round === 1) search(response, 'q');
    else response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"broken inside"}}');
  });
  const reply = await stage.ask({ body: json(BODY) });
  assert.equal(reply.status, 200);
  assert.equal(events(reply.text).at(-1)?.['type'], 'response.failed');
  assert.match(reply.text, /broken inside/);
  const entry = await lastEntry(stage);
  assert.deepEqual([entry.outcome, entry.failureKind, entry.attempts.length], ['failed', 'server-error', 2]);
});

test('a service that fails is told to the model; a client that leaves ends the search', async (t) => {
  const { stage, service } = await searching(t, (round, _, response) =>
    round % 2 === 1 ? search(response, 'q') : say(response),
  );
  await service.close();
  await stage.ask({ body: json(BODY) });
  assert.match(stage.seen[1]?.body ?? '', /could not be reached/);

  const slow = await searching(t, (_, __, response) => search(response, 'q'));
  const { outgoing, reply } = call(slow.stage.gateway, { body: json(BODY) });
  reply.catch(() => {});
  outgoing.on('response', () => setTimeout(() => outgoing.destroy(), 5));
  const entry = await lastEntry(slow.stage);
  assert.equal(entry.outcome, 'cancelled');
});

test('what the rounds so far used counts where the client leaves while a search is made', async (t) => {
  let leave = (): void => {};
  const service = createServer(() => leave());
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    service.closeAllConnections();
    service.close();
  });
  const address = service.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stage = await staged(
    t,
    (_, response) => search(response, 'q'),
    `web_search: { service: searxng, base_url: "http://127.0.0.1:${port}" }\n`,
  );
  const { outgoing, reply } = call(stage.gateway, { body: json(BODY) });
  reply.catch(() => {});
  outgoing.on('error', () => {});
  leave = () => outgoing.destroy();
  const entry = await lastEntry(stage);
  assert.deepEqual([entry.outcome, entry.usage?.freshInput, entry.usage?.output], ['cancelled', 12, 3]);
});

test('of very many searches at once the first ones are made', async (t) => {
  const queries = Array.from({ length: 20 }, (_, at) => `q${at}`);
  const { stage, service } = await searching(t, (round, _, response) =>
    round === 1 ? search(response, ...queries) : say(response, 'Found.'),
  );
  const reply = await stage.ask({ body: json(BODY) });
  assert.equal(last(reply.text)['status'], 'completed');
  assert.deepEqual(service.queries, queries.slice(0, 8));
  assert.equal(stage.seen[1]?.body.match(/searched often enough/g)?.length, 12);
});

test('a search that the client forces is made once', async (t) => {
  const { stage } = await searching(t, (round, _, response) => (round === 1 ? search(response, 'q') : say(response)));
  await stage.ask({ body: json({ ...BODY, tool_choice: 'required' }) });
  const choices = stage.seen.map(({ body }) => {
    const sent = parseJson(body);
    return isJsonObject(sent) ? sent['tool_choice'] : undefined;
  });
  assert.equal(choices[0], 'required');
  assert.notEqual(choices[1], 'required');
});

test('on the Messages door a search is a server tool, and the next turn holds what it was', async (t) => {
  const { stage } = await searching(t, (round, _, response) =>
    round === 1 ? search(response, 'what is it') : say(response, 'Forty-two.'),
  );
  const body = {
    model: 'one',
    max_tokens: 100,
    stream: false,
    messages: [{ role: 'user', content: 'ask' }],
    tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }],
  };
  const reply = await stage.ask({ path: '/v1/messages', body: json(body) });
  const message = parseJson(reply.text);
  assert.ok(isJsonObject(message) && Array.isArray(message['content']), reply.text);
  const { content } = message;
  assert.deepEqual(
    content.map((block) => isJsonObject(block) && block['type']),
    ['server_tool_use', 'web_search_tool_result', 'redacted_thinking', 'text'],
  );
  const messages = [...body.messages, { role: 'assistant', content }, { role: 'user', content: 'And?' }];
  await stage.ask({ path: '/v1/messages', body: json({ ...body, messages }) });
  assert.deepEqual(
    (await lastEntry(stage)).losses.map(({ path }) => path),
    ['tools[0].max_uses'],
  );
  const [, second, third] = stage.seen.map((seen) => seen.body);
  const conversation = (text: string | undefined) => {
    const sent = parseJson(text ?? '');
    return isJsonObject(sent) && Array.isArray(sent['messages'])
      ? sent['messages'].map((one) => JSON.stringify(one))
      : [];
  };
  assert.deepEqual(conversation(third).slice(0, conversation(second).length), conversation(second));
  assert.equal(conversation(third).length, conversation(second).length + 2);
});

test('without a service, or where its key is not set, the hosted search is a loss as ever', async (t) => {
  const off = await staged(
    t,
    (_, response) => say(response),
    `web_search: { service: tavily, api_key: "\${NO_SUCH_KEY}" }\n`,
  );
  assert.match(off.gateway.notes.join('\n'), /The web search is off: the variable NO_SUCH_KEY is not set/);
  await off.ask({ body: json(BODY) });
  assert.doesNotMatch(off.seen[0]?.body ?? '', /web_search/);
  assert.match(JSON.stringify((await lastEntry(off)).losses), /no hosted tool/);
});
