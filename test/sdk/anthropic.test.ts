import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';
import { PROTOCOL_IDS } from '../../src/ir/protocol-id.ts';
import { attempts, call, httpReply, say, script, think } from '../../src/simulator/script.ts';
import type { Turn } from '../../src/simulator/turn.ts';
import { refusedWith } from '../doors/cases.ts';
import { type Stage, startStage } from '../doors/harness.ts';

const usage = { input: 10, cached: 4, output: 5 };
const hello = () => script([think('Hm.'), say('Hello, world.')], { usage });

const SCENARIOS = {
  talk: hello,
  work: (turn: Turn) =>
    turn.rounds > 0
      ? script([say(`They are ${turn.results.map(({ text }) => text).join(' and ')}.`)], { usage })
      : script([think('Two.'), call('double', { of: 2 }), call('double', { of: 21 })], { usage }),
  shape: () => script([say('{"name":"Ann","age":7}')]),
  decline: () => script([{ type: 'refuse', text: 'I must decline.' }], { finish: 'refusal' }),
  limited: refusedWith(429, 'rate_limit_error', 'Slow down.', { 'retry-after': '3' }),
  recovers: attempts(() => httpReply(503, { error: { message: 'Full house.' } }, { 'retry-after': '0' }), hello),
  closed: refusedWith(401, 'authentication_error', 'The key is wrong.'),
  broken: () => script([say('So far'), { type: 'fail', code: 'overloaded_error', message: 'It broke.' }]),
};

describe("Anthropic's SDK on the Messages door", () => {
  let stage: Stage;
  let client: Anthropic;
  before(async () => {
    stage = await startStage(SCENARIOS);
    client = new Anthropic({ baseURL: stage.gateway.url, apiKey: stage.gateway.token, maxRetries: 0 });
  });
  after(() => stage.close());
  const asked = { max_tokens: 4_096, messages: [{ role: 'user' as const, content: 'Go.' }] };
  const thinking = { type: 'adaptive' as const };

  for (const upstream of PROTOCOL_IDS) {
    const slug = (name: keyof typeof SCENARIOS): string => stage.slug(upstream, name);

    test(`a stream and a whole reply say the same, from ${upstream}`, async () => {
      const request = { ...asked, model: slug('talk'), thinking };
      const pieces: string[] = [];
      const stream = client.messages.stream(request).on('text', (piece) => void pieces.push(piece));
      const streamed = await stream.finalMessage();
      const whole = await client.messages.create(request);
      assert.equal(pieces.join(''), 'Hello, world.');
      for (const { content, stop_reason: reason, usage: counted, model } of [streamed, whole]) {
        const [thought, text] = content;
        assert.ok(thought?.type === 'thinking' && thought.thinking === 'Hm.' && thought.signature.startsWith('pb1:'));
        assert.ok(text?.type === 'text' && text.text === 'Hello, world.');
        assert.deepEqual([reason, model], ['end_turn', slug('talk')]);
        assert.deepEqual([counted.input_tokens, counted.cache_read_input_tokens, counted.output_tokens], [6, 4, 5]);
      }
    });

    test(`its tool runner goes on until the model is done, on ${upstream}`, async () => {
      for (const stream of [true, false]) {
        const ran: number[] = [];
        const double = betaZodTool({
          name: 'double',
          description: 'Doubles.',
          inputSchema: z.object({ of: z.number() }),
          run: ({ of }) => {
            ran.push(of);
            return String(of * 2);
          },
        });
        const runner = client.beta.messages.toolRunner({
          ...asked,
          model: slug('work'),
          thinking,
          tools: [double],
          stream,
        });
        const { content } = await runner.runUntilDone();
        assert.equal(content.map((block) => (block.type === 'text' ? block.text : '')).join(''), 'They are 4 and 42.');
        assert.deepEqual(
          ran.sort((a, b) => a - b),
          [2, 21],
        );
      }
    });

    test(`a structured reply is parsed, from ${upstream}`, async () => {
      const person = z.object({ name: z.string(), age: z.number() });
      const reply = await client.messages.parse({
        ...asked,
        model: slug('shape'),
        output_config: { format: zodOutputFormat(person) },
      });
      assert.deepEqual(reply.parsed_output, { name: 'Ann', age: 7 });
    });

    test(`a refusal is a refusal, from ${upstream}`, async () => {
      const reply = await client.messages.create({ ...asked, model: slug('decline') });
      assert.equal(reply.stop_reason, upstream === 'gemini' ? 'end_turn' : 'refusal', 'Gemini has no mark for it');
      assert.ok(reply.content[0]?.type === 'text');
      assert.match(reply.content[0].text, /I must decline/);
    });

    test(`input is counted for ${upstream}`, async () => {
      const few = await client.messages.countTokens({ model: slug('talk'), messages: asked.messages });
      const content = 'word '.repeat(500);
      const many = await client.messages.countTokens({ model: slug('talk'), messages: [{ role: 'user', content }] });
      assert.ok(few.input_tokens > 0 && many.input_tokens - few.input_tokens > 490);
    });

    test(`failures before the reply are the SDK's own errors, and are retried as they say, from ${upstream}`, async () => {
      await assert.rejects(client.messages.create({ ...asked, model: slug('limited') }), (error) => {
        assert.ok(error instanceof Anthropic.RateLimitError);
        assert.equal(error.headers.get('retry-after'), '3');
        assert.match(error.message, /Slow down/);
        assert.equal(error.requestID, error.headers.get('x-request-id'));
        return true;
      });
      const before = stage.seen(slug('closed')).length;
      await assert.rejects(
        client.withOptions({ maxRetries: 3 }).messages.create({ ...asked, model: slug('closed') }),
        Anthropic.AuthenticationError,
      );
      assert.equal(stage.seen(slug('closed')).length, before + 1, 'tried once');
      const patient = client.withOptions({ maxRetries: 2 });
      const reply = await patient.messages.create({ ...asked, model: slug('recovers'), thinking });
      assert.equal(reply.stop_reason, 'end_turn');
    });

    test(`a failure in mid-stream ends it with its words, from ${upstream}`, async () => {
      let text = '';
      const stream = client.messages.stream({ ...asked, model: slug('broken') }).on('text', (piece) => {
        text += piece;
      });
      await assert.rejects(
        stream.finalMessage(),
        (error) => error instanceof APIError && /It broke/.test(error.message),
      );
      assert.equal(text, 'So far');
    });
  }

  test('the models are listed as its client reads them', async () => {
    const { data } = await client.models.list({ limit: 1_000 });
    const slug = stage.slug('gemini', 'talk');
    const { id, type, display_name: name } = data.find((model) => model.id === slug) ?? {};
    assert.deepEqual([id, type, name], [slug, 'model', slug]);
  });

  test('an unknown model, a wrong token and a request that is none are told as such', async () => {
    await assert.rejects(client.messages.create({ ...asked, model: 'nothing' }), Anthropic.NotFoundError);
    const stranger = client.withOptions({ apiKey: 'wrong' });
    await assert.rejects(stranger.messages.create({ ...asked, model: 'x' }), Anthropic.AuthenticationError);
    const model = stage.slug('openai-chat', 'talk');
    await assert.rejects(
      client.messages.create({ ...asked, model, max_tokens: 0 }),
      (error) => error instanceof Anthropic.BadRequestError && /max_tokens/.test(error.message),
    );
  });
});
