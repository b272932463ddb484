import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { APICallError, generateText, isStepCount, type LanguageModel, Output, streamText, tool } from 'ai';
import { z } from 'zod';
import { PROTOCOL_IDS } from '../../src/ir/protocol-id.ts';
import { call, say, script, think } from '../../src/simulator/script.ts';
import type { Turn } from '../../src/simulator/turn.ts';
import { refusedWith } from '../doors/cases.ts';
import { type Stage, startStage } from '../doors/harness.ts';

const usage = { input: 10, cached: 4, output: 5 };

const SCENARIOS = {
  talk: () => script([think('Hm.'), say('Hello, world.')], { usage }),
  work: (turn: Turn) =>
    turn.rounds > 0
      ? script([say(`They are ${turn.results.map(({ text }) => text).join(' and ')}.`)], { usage })
      : script([think('Two.'), call('double', { of: 2 }), call('double', { of: 21 })], { usage }),
  shape: () => script([say('{"name":"Ann","age":7}')]),
  overloaded: refusedWith(503, 'overloaded_error', 'Full house.'),
  broken: () => script([say('So far'), { type: 'fail', code: 'server_error', message: 'It broke.' }]),
};

describe('the AI SDK on the Messages door', () => {
  let stage: Stage;
  let model: (slug: string) => LanguageModel;
  before(async () => {
    stage = await startStage(SCENARIOS);
    model = createAnthropic({ baseURL: `${stage.gateway.url}/v1`, apiKey: stage.gateway.token });
  });
  after(() => stage.close());
  const providerOptions = { anthropic: { thinking: { type: 'enabled', budgetTokens: 2_048 } } };

  for (const upstream of PROTOCOL_IDS) {
    const slug = (name: keyof typeof SCENARIOS): string => stage.slug(upstream, name);

    test(`text, thinking and counts, from ${upstream}`, async () => {
      const asked = { model: model(slug('talk')), prompt: 'Go.', maxOutputTokens: 4_000, providerOptions };
      const streamed = streamText(asked);
      await streamed.consumeStream();
      const whole = await generateText(asked);
      const replies = [
        { text: await streamed.text, thought: await streamed.reasoningText, usage: await streamed.usage },
        { text: whole.text, thought: whole.reasoningText, usage: whole.usage },
      ];
      for (const { text, thought, usage: counted } of replies) {
        assert.equal(text, 'Hello, world.');
        assert.equal(thought, 'Hm.');
        assert.deepEqual([counted.inputTokens, counted.outputTokens], [10, 5]);
        assert.equal(counted.inputTokenDetails.cacheReadTokens, 4);
      }
    });

    test(`tools run until the model is done, on ${upstream}`, async () => {
      const ran: number[] = [];
      const double = tool({
        description: 'Doubles.',
        inputSchema: z.object({ of: z.number() }),
        execute: ({ of }) => {
          ran.push(of);
          return String(of * 2);
        },
      });
      const asked = {
        model: model(slug('work')),
        prompt: 'Go.',
        maxOutputTokens: 4_000,
        providerOptions,
        tools: { double },
        stopWhen: isStepCount(4),
      };
      const streamed = streamText(asked);
      await streamed.consumeStream();
      assert.equal(await streamed.text, 'They are 4 and 42.');
      assert.equal((await generateText(asked)).text, 'They are 4 and 42.');
      assert.deepEqual(ran, [2, 21, 2, 21]);
    });

    test(`a structured reply is parsed, from ${upstream}`, async () => {
      const person = z.object({ name: z.string(), age: z.number() });
      const { output } = await generateText({
        model: model(slug('shape')),
        prompt: 'Go.',
        maxOutputTokens: 4_000,
        providerOptions: { anthropic: { structuredOutputMode: 'outputFormat' } },
        output: Output.object({ schema: person }),
      });
      assert.deepEqual(output, { name: 'Ann', age: 7 });
    });

    test(`failures are told, from ${upstream}`, async () => {
      const asked = { model: model(slug('overloaded')), prompt: 'Go.', maxOutputTokens: 4_000, maxRetries: 0 };
      await assert.rejects(generateText(asked), (error) => {
        assert.ok(APICallError.isInstance(error));
        assert.deepEqual([error.statusCode, error.isRetryable], [529, true]);
        assert.match(error.message, /Full house/);
        return true;
      });
      const errors: unknown[] = [];
      let text = '';
      const broken = streamText({
        model: model(slug('broken')),
        prompt: 'Go.',
        maxOutputTokens: 4_000,
        maxRetries: 0,
        onError: ({ error }) => void errors.push(error),
      });
      for await (const piece of broken.textStream) text += piece;
      assert.equal(text, 'So far');
      assert.match(JSON.stringify(errors.map((error) => (error instanceof Error ? error.message : error))), /It broke/);
    });
  }
});
