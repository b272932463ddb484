import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { z } from 'zod';
import { PROTOCOL_IDS } from '../../src/ir/protocol-id.ts';
import { call, type Scenario, say, script, think } from '../../src/simulator/script.ts';
import { refusedWith } from '../doors/cases.ts';
import { type Stage, startStage } from '../doors/harness.ts';

const echo: Scenario = (turn) => script([say(`Heard: ${turn.userTexts.join(', ')}`)]);

const SCENARIOS = {
  talk: () =>
    script([think('Hm.'), say('Hello, world.')], { usage: { input: 10, cached: 4, output: 5, reasoning: 2 } }),
  work: (turn: { rounds: number; results: readonly { text: string }[] }) =>
    turn.rounds > 0
      ? script([say(`They are ${turn.results.map(({ text }) => text).join(' and ')}.`)])
      : script([call('double', { of: 2 }), call('double', { of: 21 })]),
  shape: () => script([say('{"name":"Ann","age":7}')]),
  echo,
  limited: refusedWith(429, 'rate_limit_error', 'Slow down.', { 'retry-after': '3' }),
} as const;

/** What the SDK gathers itself in every reply but those of a socket. */
function said({ output }: OpenAI.Responses.Response): string {
  return output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : ''))
    .join('');
}

describe("OpenAI's SDK on the Responses door", () => {
  let stage: Stage;
  let client: OpenAI;
  before(async () => {
    stage = await startStage(SCENARIOS);
    client = new OpenAI({ baseURL: `${stage.gateway.url}/v1`, apiKey: stage.gateway.token, maxRetries: 0 });
  });
  after(() => stage.close());

  for (const upstream of PROTOCOL_IDS) {
    test(`a stream and a whole reply say the same, from ${upstream}`, async () => {
      const model = stage.slug(upstream, 'talk');
      const streamed = await client.responses.stream({ model, input: 'Go.' }).finalResponse();
      const whole = await client.responses.create({ model, input: 'Go.' });
      for (const reply of [streamed, whole]) {
        assert.equal(reply.output_text, 'Hello, world.');
        assert.deepEqual([reply.status, reply.model], ['completed', model]);
        assert.equal(reply.usage?.input_tokens, 10);
        assert.equal(reply.usage?.input_tokens_details.cached_tokens, 4);
      }
    });

    test(`a tool loop by previous_response_id, on ${upstream}`, async () => {
      const model = stage.slug(upstream, 'work');
      const tools = [
        {
          type: 'function' as const,
          name: 'double',
          strict: false,
          parameters: { type: 'object', properties: { of: { type: 'number' } }, required: ['of'] },
        },
      ];
      const first = await client.responses.create({ model, input: 'Go.', tools });
      const calls = first.output.filter((item) => item.type === 'function_call');
      assert.equal(calls.length, 2);
      const input = calls.map(({ call_id, arguments: text }) => ({
        type: 'function_call_output' as const,
        call_id,
        output: String(z.object({ of: z.number() }).parse(JSON.parse(text)).of * 2),
      }));
      const second = await client.responses.create({ model, input, tools, previous_response_id: first.id });
      assert.equal(second.output_text, 'They are 4 and 42.');
      assert.equal(second.previous_response_id, first.id);
    });

    test(`a structured reply is parsed, from ${upstream}`, async () => {
      const person = z.object({ name: z.string(), age: z.number() });
      const reply = await client.responses.parse({
        model: stage.slug(upstream, 'shape'),
        input: 'Go.',
        text: { format: zodTextFormat(person, 'person') },
      });
      assert.deepEqual(reply.output_parsed, { name: 'Ann', age: 7 });
    });

    test(`turns on a socket, on ${upstream}`, async () => {
      const model = stage.slug(upstream, 'echo');
      const socket = new ResponsesWS(client);
      const events = socket.stream();
      const turn = async (members: { input: string; previous_response_id?: string }) => {
        socket.send({ type: 'response.create', model, store: false, ...members });
        for (;;) {
          const { value, done } = await events.next();
          assert.ok(done !== true && value.type !== 'error');
          if (value.type === 'message' && value.message.type === 'response.completed') return value.message.response;
        }
      };
      try {
        const first = await turn({ input: 'one' });
        const second = await turn({ input: 'two', previous_response_id: first.id });
        assert.equal(said(second), 'Heard: one, two');
      } finally {
        socket.close();
      }
    });
  }

  test('what was kept can be read, listed, counted, condensed and deleted', async () => {
    const model = stage.slug('openai-chat', 'echo');
    const first = await client.responses.create({ model, input: 'one' });
    assert.equal((await client.responses.retrieve(first.id)).output_text, 'Heard: one');
    const items = await client.responses.inputItems.list(first.id);
    assert.equal(items.data[0]?.type, 'message');
    const counted = await client.responses.inputTokens.count({ model, input: 'two', previous_response_id: first.id });
    assert.ok(counted.input_tokens > 10);
    const compacted = await client.responses.compact({ model, previous_response_id: first.id });
    assert.deepEqual(
      compacted.output.map(({ type }) => type),
      ['message', 'compaction'],
    );
    await client.responses.delete(first.id);
    await assert.rejects(client.responses.retrieve(first.id), OpenAI.NotFoundError);
    await assert.rejects(
      client.responses.create({ model, input: 'x', previous_response_id: first.id }),
      (error) => error instanceof OpenAI.BadRequestError && error.code === 'previous_response_not_found',
    );
  });

  test('errors have the class, the code and the time to wait that the SDK knows', async () => {
    await assert.rejects(
      client.responses.create({ model: stage.slug('openai-chat', 'limited'), input: 'Go.' }),
      (error) => error instanceof OpenAI.RateLimitError && error.headers?.get('retry-after') === '3',
    );
    await assert.rejects(client.responses.create({ model: 'nothing', input: 'Go.' }), OpenAI.NotFoundError);
  });
});
