import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, isStepCount, type LanguageModel, Output, streamText, tool } from 'ai';
import { z } from 'zod';
import { PROTOCOL_IDS } from '../../src/ir/protocol-id.ts';
import { call, say, script, think } from '../../src/simulator/script.ts';
import { refusedWith } from '../doors/cases.ts';
import { type Stage, startStage } from '../doors/harness.ts';

/** As many models write arguments, and as the SDK, which parses them, does not give them back. */
const SPACED = '{ "of" : 2 }';

const SCENARIOS = {
  talk: () =>
    script([think('Hm.'), say('Hello, world.')], { usage: { input: 10, cached: 4, output: 5, reasoning: 2 } }),
  work: (turn: { rounds: number; results: readonly { text: string }[] }) =>
    turn.rounds > 0
      ? script([say(`They are ${turn.results.map(({ text }) => text).join(' and ')}.`)])
      : script([
          think('Two.'),
          { type: 'call', tool: 'double', input: { argumentsText: SPACED } },
          call('double', { of: 21 }),
        ]),
  shape: () => script([say('{"name":"Ann","age":7}')]),
  overloaded: refusedWith(503, 'overloaded_error', 'Full house.'),
  broken: () => script([say('So far'), { type: 'fail', code: 'server_error', message: 'It broke.' }]),
} as const;

/** The two providers of the AI SDK that speak Chat Completions. */
type ProviderName = 'compatible' | 'openai';

describe('the AI SDK on the Chat Completions door', () => {
  let stage: Stage;
  let model: (provider: ProviderName, slug: string) => LanguageModel;
  before(async () => {
    stage = await startStage(SCENARIOS);
    const baseURL = `${stage.gateway.url}/v1`;
    const apiKey = stage.gateway.token;
    const compatible = createOpenAICompatible({
      name: 'plugboard',
      baseURL,
      apiKey,
      includeUsage: true,
      supportsStructuredOutputs: true,
    });
    const openai = createOpenAI({ baseURL, apiKey });
    model = (provider, slug) => (provider === 'openai' ? openai.chat(slug) : compatible(slug));
  });
  after(() => stage.close());

  for (const provider of ['compatible', 'openai'] as const) {
    for (const upstream of PROTOCOL_IDS) {
      const where = `${provider}, from ${upstream}`;
      test(`text, thinking and counts: ${where}`, async () => {
        const asked = { model: model(provider, stage.slug(upstream, 'talk')), prompt: 'Go.' };
        const streamed = streamText(asked);
        await streamed.consumeStream();
        const whole = await generateText(asked);
        const replies = [
          { text: await streamed.text, thought: await streamed.reasoningText, usage: await streamed.usage },
          { text: whole.text, thought: whole.reasoningText, usage: whole.usage },
        ];
        for (const { text, thought, usage } of replies) {
          assert.equal(text, 'Hello, world.');
          assert.equal(thought, provider === 'compatible' ? 'Hm.' : undefined, 'the other knows no thinking');
          assert.deepEqual([usage.inputTokens, usage.outputTokens], [10, 5]);
          assert.equal(usage.inputTokenDetails.cacheReadTokens, 4);
        }
      });

      test(`tools run until the model is done: ${where}`, async () => {
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
          model: model(provider, stage.slug(upstream, 'work')),
          prompt: 'Go.',
          tools: { double },
          stopWhen: isStepCount(4),
        };
        const streamed = streamText(asked);
        await streamed.consumeStream();
        assert.equal(await streamed.text, 'They are 4 and 42.');
        assert.equal((await generateText(asked)).text, 'They are 4 and 42.');
        assert.deepEqual(ran, [2, 21, 2, 21]);
        if (upstream !== 'openai-chat') return;
        const [, second] = stage.seen(stage.slug(upstream, 'work'));
        assert.ok(JSON.stringify(second?.body).includes(JSON.stringify(SPACED)));
      });

      test(`a structured reply is parsed: ${where}`, async () => {
        const person = z.object({ name: z.string(), age: z.number() });
        const { output } = await generateText({
          model: model(provider, stage.slug(upstream, 'shape')),
          prompt: 'Go.',
          output: Output.object({ schema: person }),
        });
        assert.deepEqual(output, { name: 'Ann', age: 7 });
      });

      test(`failures are told: ${where}`, async () => {
        const asked = { model: model(provider, stage.slug(upstream, 'overloaded')), prompt: 'Go.', maxRetries: 0 };
        await assert.rejects(generateText(asked), (error) => {
          assert.ok(APICallError.isInstance(error));
          assert.deepEqual([error.statusCode, error.isRetryable], [503, true]);
          assert.match(error.message, /Full house/);
          return true;
        });
        const errors: unknown[] = [];
        let text = '';
        const broken = streamText({
          model: model(provider, stage.slug(upstream, 'broken')),
          prompt: 'Go.',
          maxRetries: 0,
          onError: ({ error }) => void errors.push(error),
        });
        for await (const piece of broken.textStream) text += piece;
        assert.equal(text, 'So far');
        assert.match(JSON.stringify(errors.map(wordsOf)), /It broke/);
      });
    }
  }
});

function wordsOf(error: unknown): unknown {
  return error instanceof Error ? error.message : error;
}
