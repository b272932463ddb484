import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { PROTOCOL_IDS } from '../../src/ir/protocol-id.ts';
import { call, callFreeform, say, script, think } from '../../src/simulator/script.ts';
import { refusedWith } from '../doors/cases.ts';
import { type Stage, startStage } from '../doors/harness.ts';

const SCENARIOS = {
  talk: () =>
    script([think('Hm.'), say('Hello, world.')], { usage: { input: 10, cached: 4, output: 5, reasoning: 2 } }),
  work: (turn: { rounds: number; results: readonly { text: string }[] }) =>
    turn.rounds > 0
      ? script([say(`They are ${turn.results.map(({ text }) => text).join(' and ')}.`)])
      : script([think('Two.'), call('double', { of: 2 }), call('double', { of: 21 })]),
  shape: () => script([say('{"name":"Ann","age":7}')]),
  patch: () => script([callFreeform('patch', '+ raw "text"\n')]),
  decline: () => script([{ type: 'refuse', text: 'I must decline.' }], { finish: 'refusal' }),
  limited: refusedWith(429, 'rate_limit_error', 'Slow down.', { 'retry-after': '3' }),
  broken: () => script([say('So far'), { type: 'fail', code: 'server_error', message: 'It broke.' }]),
} as const;

describe("OpenAI's SDK on the Chat Completions door", () => {
  let stage: Stage;
  let client: OpenAI;
  before(async () => {
    stage = await startStage(SCENARIOS);
    client = new OpenAI({ baseURL: `${stage.gateway.url}/v1`, apiKey: stage.gateway.token, maxRetries: 0 });
  });
  after(() => stage.close());
  const messages = [{ role: 'user' as const, content: 'Go.' }];

  for (const upstream of PROTOCOL_IDS) {
    test(`a stream and a whole reply say the same, from ${upstream}`, async () => {
      const model = stage.slug(upstream, 'talk');
      const streamed = await client.chat.completions
        .stream({ model, messages, stream_options: { include_usage: true } })
        .finalChatCompletion();
      const whole = await client.chat.completions.create({ model, messages });
      for (const reply of [streamed, whole]) {
        assert.equal(reply.choices[0]?.message.content, 'Hello, world.');
        assert.equal(reply.choices[0]?.finish_reason, 'stop');
        assert.equal(reply.usage?.prompt_tokens, 10);
        assert.equal(reply.usage?.prompt_tokens_details?.cached_tokens, 4);
        assert.equal(reply.model, model);
      }
    });

    test(`tools run until the model is done, on ${upstream}`, async () => {
      for (const stream of [true, false] as const) {
        const ran: number[] = [];
        const request = {
          model: stage.slug(upstream, 'work'),
          messages,
          tools: [
            {
              type: 'function' as const,
              function: {
                name: 'double',
                description: 'Doubles.',
                parse: (text: string) => z.object({ of: z.number() }).parse(JSON.parse(text)),
                parameters: { type: 'object', properties: { of: { type: 'number' } }, required: ['of'] },
                function: ({ of }: { of: number }) => {
                  ran.push(of);
                  return String(of * 2);
                },
              },
            },
          ],
        };
        const runner = stream
          ? client.chat.completions.runTools({ ...request, stream })
          : client.chat.completions.runTools(request);
        assert.equal(await runner.finalContent(), 'They are 4 and 42.');
        assert.deepEqual(ran, [2, 21]);
      }
    });

    test(`a structured reply is parsed, from ${upstream}`, async () => {
      const person = z.object({ name: z.string(), age: z.number() });
      const reply = await client.chat.completions.parse({
        model: stage.slug(upstream, 'shape'),
        messages,
        response_format: zodResponseFormat(person, 'person'),
      });
      assert.deepEqual(reply.choices[0]?.message.parsed, { name: 'Ann', age: 7 });
    });

    test(`a freeform tool gets its text, from ${upstream}`, async () => {
      const request = {
        model: stage.slug(upstream, 'patch'),
        messages,
        tools: [{ type: 'custom' as const, custom: { name: 'patch', description: 'Applies a patch.' } }],
      };
      const expected = { name: 'patch', input: '+ raw "text"\n' };
      const streamed = await client.chat.completions.stream(request).finalChatCompletion();
      const whole = await client.chat.completions.create(request);
      for (const reply of [streamed, whole]) {
        const [made] = reply.choices[0]?.message.tool_calls ?? [];
        assert.deepEqual(made?.type === 'custom' && made.custom, expected);
        assert.equal(reply.choices[0]?.finish_reason, 'tool_calls');
      }
    });

    test(`failures of ${upstream} are the SDK's own errors`, async () => {
      const limited = client.chat.completions.create({ model: stage.slug(upstream, 'limited'), messages });
      await assert.rejects(limited, (error) => {
        assert.ok(error instanceof OpenAI.RateLimitError);
        assert.match(error.message, /Slow down/);
        assert.equal(error.headers?.get('retry-after'), '3');
        return true;
      });
      const broken = async (): Promise<string> => {
        let text = '';
        const stream = await client.chat.completions.create({
          model: stage.slug(upstream, 'broken'),
          messages,
          stream: true,
        });
        try {
          for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
        } catch (error) {
          assert.ok(error instanceof OpenAI.APIError);
          assert.match(error.message, /It broke/);
          return text;
        }
        return assert.fail('the stream ended as if it were whole');
      };
      assert.equal(await broken(), 'So far');
    });
  }

  test('a refusal is a refusal', async () => {
    const model = stage.slug('openai-responses', 'decline');
    const streamed = await client.chat.completions.stream({ model, messages }).finalChatCompletion();
    const whole = await client.chat.completions.create({ model, messages });
    for (const reply of [streamed, whole]) assert.equal(reply.choices[0]?.message.refusal, 'I must decline.');
  });

  test('what the gateway itself refuses is said in the classes of the SDK', async () => {
    const unknown = client.chat.completions.create({ model: 'talk-on-openai-cha', messages });
    await assert.rejects(unknown, (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.equal(error.code, 'model_not_found');
      assert.match(error.message, /talk-on-openai-chat/);
      return true;
    });
    const several = client.chat.completions.create({ model: stage.slug('openai-chat', 'talk'), messages, n: 2 });
    await assert.rejects(several, (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.equal(error.param, 'n');
      return true;
    });
    const stranger = new OpenAI({ baseURL: `${stage.gateway.url}/v1`, apiKey: 'wrong', maxRetries: 0 });
    await assert.rejects(
      stranger.chat.completions.create({ model: stage.slug('openai-chat', 'talk'), messages }),
      OpenAI.AuthenticationError,
    );
    const listed = await client.models.list();
    assert.ok(listed.data.some(({ id }) => id === stage.slug('openai-chat', 'talk')));
  });
});
