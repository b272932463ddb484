import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { costOf } from '../../src/metering/pricing.ts';
import { renderStream } from '../../src/pipeline/render.ts';
import { protocolById } from '../../src/protocols/registry.ts';
import { findPreset } from '../../src/providers/presets/presets.ts';
import { testModel, testProvider } from '../../src/providers/testing/provider.ts';
import { requestUrl } from '../../src/upstream/upstream.ts';
import type { EdgeCase, Trial } from './case.ts';
import { at, callsOf, itemsOf, objectsAt, textOf, usageOf } from './read.ts';

const AGENT = 'edge-cases/requests/agent.json';
const KEY = 'sk-edge-0123456789';

function reply(file: string, told: NonNullable<Trial['told']>, more: Partial<Trial> = {}): Trial {
  return { to: 'openai-chat-server/m', request: AGENT, reply: file, told, ...more };
}

const MIXED = 'openai-chat/reasoning-between/upstream.sse';

/** What other bridges still get wrong, by the public trackers of their issues. */
export const BRIDGE_CASES: readonly EdgeCase[] = [
  {
    number: 'A',
    title: 'Two output items are never open at once, and end in the order of their index',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply(MIXED, ({ events }) => {
        let open: unknown;
        let next = 0;
        for (const event of events) {
          if (event['type'] === 'response.output_item.added') {
            assert.equal(open, undefined);
            open = event['output_index'];
            assert.equal(open, next);
            next += 1;
          } else if (event['type'] === 'response.output_item.done') {
            assert.equal(event['output_index'], open);
            open = undefined;
          }
        }
        assert.ok(next >= 4);
      }),
    ],
  },
  {
    number: 'B',
    title: 'The last event repeats every item that ended, and nothing is closed that was never opened',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply(MIXED, (told) => {
        const ended = told.events.filter((event) => event['type'] === 'response.output_item.done');
        assert.deepEqual(
          itemsOf(told),
          ended.map((event) => event['item']),
        );
        const opened = told.events.filter((event) => event['type'] === 'response.output_item.added');
        assert.deepEqual(
          ended.map((event) => at(event, 'item.id')),
          opened.map((event) => at(event, 'item.id')),
        );
      }),
    ],
  },
  {
    number: 'C',
    title: 'Every delta of thinking bears the index of its summary',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply(MIXED, ({ events }) => {
        const deltas = events.filter((event) => event['type'] === 'response.reasoning_summary_text.delta');
        assert.ok(deltas.length > 0);
        for (const delta of deltas) assert.equal(typeof delta['summary_index'], 'number');
      }),
    ],
  },
  {
    number: 'D',
    title: 'The first chunk is not lost',
    outcome: 'carried',
    fixture: '42-split-character',
    trials: [reply('upstream.sse', (told) => assert.match(textOf(told), /^naïve/), { pieces: 200 })],
  },
  {
    number: 'E',
    title: 'Arguments that come with the name in one chunk are not dropped',
    outcome: 'carried',
    fixture: '04-bare-output',
    trials: [reply('call.sse', (told) => assert.deepEqual(callsOf(told), [['shell', '{"cmd":"ls"}']]))],
  },
  {
    number: 'F',
    title: 'A patch survives on its way back into the history',
    outcome: 'carried',
    fixture: '03-thinking-before-any-call',
    trials: [
      {
        to: 'anthropic-messages-server/m',
        besides: /[Tt]hinking/,
        sent: (body) =>
          assert.deepEqual(
            objectsAt(body, 'messages.1.content').map((part) => [part['name'], part['input']]),
            [['apply_patch', { input: '*** Begin Patch' }]],
          ),
      },
    ],
  },
  {
    number: 'G',
    title: 'The wish for a summary of the thinking goes to nobody who does not know it',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      {
        to: 'deepseek/deepseek-v4-pro',
        request: AGENT,
        edit: (request) => ({ ...request, reasoning: { effort: 'high', summary: 'auto' } }),
        sent: (_, raw) => assert.doesNotMatch(raw, /"summary"/),
      },
    ],
  },
  {
    number: 'H',
    title: 'A stream counts what it used, so that the agent knows when to compact',
    outcome: 'carried',
    fixture: '56-cached-beside-input',
    trials: [
      reply('upstream.sse', (told) => assert.ok(Number(usageOf(told)['total_tokens']) > 0), {
        to: 'anthropic-messages-server/m',
      }),
    ],
  },
  {
    number: 'I',
    title: 'Cached tokens are counted once',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply('openai-chat/usage-cache-hit-tokens/upstream.sse', (told) => {
        const usage = usageOf(told);
        assert.equal(Number(usage['input_tokens']) + Number(usage['output_tokens']), usage['total_tokens']);
        assert.ok(Number(at(usage, 'input_tokens_details.cached_tokens')) <= Number(usage['input_tokens']));
      }),
    ],
  },
  {
    number: 'J',
    title: 'A cost is what each class of tokens costs, to the nano-dollar',
    outcome: 'carried',
    fixture: 'requests',
    trials: [],
    also: () => {
      const price = { input: 1_000, cacheRead: 100, cacheWrite: 1_250, output: 5_000 };
      const model = testModel('m', testProvider(), { price });
      const usage = { freshInput: 7, cacheRead: 1_000, cacheWrite: 20, output: 11, reasoning: 10 };
      assert.equal(costOf(model, usage, 0)?.costNanoUsd, 7 * 1_000 + 1_000 * 100 + 20 * 1_250 + 11 * 5_000);
    },
  },
  {
    number: 'K',
    title: 'No page of the web can call the gateway',
    outcome: 'refused',
    fixture: 'requests',
    trials: [
      {
        to: 'openai-chat-server/m',
        request: AGENT,
        headers: { origin: 'https://evil.example' },
        unrecorded: true,
        refusal: { status: 403, words: /./ },
      },
    ],
  },
  {
    number: 'L',
    title: 'Nothing of a prompt or a reply is written down',
    outcome: 'carried',
    fixture: '42-split-character',
    trials: [
      {
        to: 'openai-chat-server/m',
        request: AGENT,
        reply: 'upstream.sse',
        edit: (request) => ({ ...request, input: 'A word that nobody else says: rhubarbarium.' }),
        told: (told) => assert.match(textOf(told), /naïve/),
      },
    ],
    also: ({ written }) => {
      assert.doesNotMatch(written(), /rhubarbarium|naïve/);
    },
  },
  {
    number: 'M',
    title: 'A key that a provider repeats in its error goes to nobody',
    outcome: 'refused',
    fixture: 'm-key-in-an-error',
    trials: [
      reply('upstream.json', ({ text }) => assert.ok(!text.includes(KEY)), {
        status: 401,
        refusal: { status: 401, words: /Incorrect API key/ },
      }),
    ],
  },
  {
    number: 'N',
    title: 'A 429 always says how long to wait',
    outcome: 'refused',
    fixture: 'n-429-without-a-word',
    trials: [
      reply('upstream.json', ({ headers }) => assert.match(headers.get('retry-after') ?? '', /^\d+$/), {
        status: 429,
        refusal: { status: 429, words: /Slow down/ },
      }),
    ],
  },
  {
    number: 'O',
    title: 'A failure in plain text reaches each client in its own protocol',
    outcome: 'refused',
    fixture: 'o-plain-text',
    trials: [
      reply('upstream.txt', ({ last }) => assert.match(String(at(last, 'error.message')), /upstream connect error/), {
        status: 500,
        replyHeaders: { 'content-type': 'text/plain' },
        refusal: { status: 502, words: /"code":"server_error"/ },
      }),
      reply('upstream.txt', ({ last }) => assert.equal(last['type'], 'error'), {
        door: 'messages',
        request: 'messages.json',
        status: 500,
        replyHeaders: { 'content-type': 'text/plain' },
        refusal: { status: 500, words: /"type":"api_error"/ },
      }),
      reply('upstream.txt', ({ last }) => assert.ok(at(last, 'error.message')), {
        door: 'chat',
        request: 'chat.json',
        status: 500,
        replyHeaders: { 'content-type': 'text/plain' },
        refusal: { status: 502, words: /upstream connect error/ },
      }),
    ],
  },
  {
    number: 'P',
    title: 'A client hears something in minutes of thinking: an event, since comments do not reset its timer',
    outcome: 'carried',
    fixture: 'requests',
    trials: [],
    also: () => {
      const { ingress } = protocolById('openai-responses');
      assert.ok(ingress !== undefined);
      mock.timers.enable({ apis: ['setTimeout', 'Date'] });
      const wire: string[] = [];
      const render = renderStream({
        ingress,
        reply: {
          head: () => {},
          write: (data) => wire.push(String(data)) > 0,
          onceDrained: () => {},
          end: () => {},
          cut: () => {},
        },
        headers: () => ({}),
        context: () => assert.fail('nothing is told yet'),
        startsEarly: false,
        meter: () => {},
        refuse: () => {},
        now: Date.now,
      });
      try {
        for (let second = 0; second < 180; second += 1) mock.timers.tick(1_000);
      } finally {
        render.dispose();
        mock.timers.reset();
      }
      assert.ok(wire.length >= 10, `${wire.length} signs of life in three minutes`);
      for (const piece of wire) assert.equal(piece, 'data: {"type":"keepalive"}\n\n');
    },
  },
  {
    number: 'Q',
    title: 'Nothing is put between a base URL and the path of its protocol',
    outcome: 'carried',
    fixture: 'requests',
    trials: [],
    also: () => {
      const urlOf = (id: string, path: string): string =>
        requestUrl(testProvider({ baseUrl: findPreset(id)?.baseUrl ?? '' }), path).href;
      assert.equal(urlOf('zai', '/chat/completions'), 'https://api.z.ai/api/paas/v4/chat/completions');
      assert.equal(
        urlOf('gemini-openai', '/chat/completions'),
        'https://generativelanguage.googleapis.com/v1beta/openai/chat/completions',
      );
    },
  },
  {
    number: 'R',
    title: 'A gateway that is told to stop breaks off a stream that never ends',
    outcome: 'carried',
    fixture: 'requests',
    trials: [],
    also: async ({ endlessStream }) => {
      const { stoppedAfterMs, text } = await endlessStream();
      assert.ok(stoppedAfterMs < 14_000, `${stoppedAfterMs} ms`);
      assert.doesNotMatch(text, /response\.completed/);
    },
  },
];
