import assert from 'node:assert/strict';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { EdgeCase, Trial } from './case.ts';
import { assertFailed, at, callsOf, itemsOf, textOf, usageOf } from './read.ts';

const AGENT = 'requests/agent.json';
const from = (name: string): string => `openai-chat/${name}/upstream.sse`;

/** One reply of an unknown server of Chat Completions. */
function reply(name: string, told: NonNullable<Trial['told']>, more: Partial<Trial> = {}): Trial {
  const file = name.includes('.') ? name : from(name);
  return { to: 'openai-chat-server/m', request: `edge-cases/${AGENT}`, reply: file, told, ...more };
}

const UNPACKED = (told: Parameters<NonNullable<Trial['told']>>[0]): void => assert.equal(textOf(told), 'Unpacked.');

/** Streams: Chat Completions back. */
export const CHAT_STREAM_CASES: readonly EdgeCase[] = [
  {
    number: 32,
    title: 'Fragments of calls without an index belong to the call of their id, else to the last one',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply('calls-without-index', (told) => {
        assert.deepEqual(
          callsOf(told).map(([, input]) => JSON.parse(String(input))),
          [{ dir: '/' }, {}],
        );
      }),
    ],
  },
  {
    number: 33,
    title: 'An empty id on a continuation overwrites nothing',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply('calls-with-empty-continuation-id', (told) => {
        const ids = itemsOf(told).map((item) => item['call_id']);
        assert.ok(ids.length > 0 && ids.every((id) => typeof id === 'string' && id !== ''));
      }),
    ],
  },
  {
    number: 34,
    title: 'A call without an id gets one that no other of the session has',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply('calls-without-id', (told) => {
        const ids = itemsOf(told).map((item) => String(item['call_id']));
        assert.equal(new Set(ids).size, ids.length);
        for (const id of ids) assert.match(id, /^call_[0-9a-f]{32}$/);
      }),
    ],
  },
  {
    number: 35,
    title: 'A name that comes late holds the announcement of its call, and the order stays',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply('call-name-late', (told) => {
        for (const [name] of callsOf(told)) assert.ok(typeof name === 'string' && name !== '');
        assert.ok(callsOf(told).length > 0);
      }),
    ],
  },
  {
    number: 36,
    title: 'A call that never gets a name fails the turn, in words',
    outcome: 'refused',
    fixture: 'requests',
    trials: [
      reply('call-name-never', (told) => assertFailed(told, 'server_error'), {
        refusal: { status: 200, words: /called a tool without naming it/ },
      }),
    ],
  },
  {
    number: 37,
    title: 'A stream that ends without saying how is a failure that the agent retries, never a whole reply',
    outcome: 'refused',
    fixture: 'requests',
    trials: [
      reply(
        'no-finish-reason',
        (told) => {
          assertFailed(told, 'server_error');
          assert.doesNotMatch(told.text, /response\.completed|response\.output_text\.done/);
        },
        { refusal: { status: 200, words: /ended without saying how it ended/ } },
      ),
    ],
  },
  {
    number: 38,
    title: 'A reply that a limit or a filter cut is incomplete, and half a call is never closed as whole',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply('call-cut-by-length', (told) => {
        assert.equal(told.last['type'], 'response.incomplete');
        assert.equal(at(told.last, 'response.incomplete_details.reason'), 'max_output_tokens');
        const [, half] = itemsOf(told).filter((item) => item['type'] === 'function_call');
        assert.equal(half?.['status'], 'incomplete');
      }),
      reply('content-filter', (told) => {
        assert.equal(at(told.last, 'response.incomplete_details.reason'), 'content_filter');
      }),
    ],
  },
  {
    number: 39,
    title: 'Usage is found after the finish and inside a choice; details always go to the client',
    outcome: 'carried',
    fixture: 'requests',
    trials: ['usage-after-finish', 'usage-inside-choice', 'usage-zero-last'].map((name) =>
      reply(name, (told) => {
        const usage = usageOf(told);
        assert.ok(Number(usage['input_tokens']) > 0 && Number(usage['output_tokens']) > 0);
        assert.equal(typeof at(usage, 'input_tokens_details.cached_tokens'), 'number');
        assert.equal(typeof at(usage, 'output_tokens_details.reasoning_tokens'), 'number');
      }),
    ),
  },
  {
    number: 40,
    title: 'Cached tokens are found under the names that providers give them',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply('usage-cache-hit-tokens', (told) =>
        assert.ok(Number(at(usageOf(told), 'input_tokens_details.cached_tokens')) > 0),
      ),
    ],
  },
  {
    number: 41,
    title: 'No space after data, CRLF, several data lines, comments, a byte-order mark, no blank line at the end',
    outcome: 'carried',
    fixture: 'requests',
    trials: [reply('framing', (told) => assert.equal(told.last['type'], 'response.completed'))],
  },
  {
    number: 42,
    title: 'A character that is split over two chunks is one character',
    outcome: 'carried',
    fixture: '42-split-character',
    trials: [
      reply('edge-cases/42-split-character/upstream.sse', (told) => assert.equal(textOf(told), 'naïve 漢字 👋🏽'), {
        pieces: 1,
      }),
    ],
  },
  {
    number: 43,
    title:
      'An error inside a 200; JSON where a stream was asked for; a stream labelled JSON; a stream for a unary call',
    outcome: 'refused',
    fixture: 'requests',
    trials: [
      reply('error-first', () => {}, { refusal: { status: 400, words: /maximum context length is 8192 tokens/ } }),
      reply('json-instead-of-a-stream', (told) => assert.equal(told.last['type'], 'response.completed')),
      reply('framing', (told) => assert.equal(told.last['type'], 'response.completed'), {
        replyHeaders: { 'content-type': 'application/json' },
      }),
      reply('edge-cases/replies/openai-chat.sse', (told) => assert.equal(textOf(told), 'Done.'), {
        request: 'edge-cases/requests/unary.json',
      }),
    ],
  },
  {
    number: 44,
    title: 'Chunks after the end say nothing; an end without a reason is no end',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply('chunks-after-done', (told) => assert.equal(told.last['type'], 'response.completed')),
      reply('done-without-finish-reason', (told) => assertFailed(told, 'server_error')),
    ],
  },
  {
    number: 45,
    title: 'Tags around thinking are told apart across chunks; details that repeat the thinking do not double it',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply(
        'think-tags',
        (told) => {
          assert.equal(textOf(told), 'The answer.');
          assert.match(told.text, /First, look\./);
          assert.doesNotMatch(told.text, /<think>|<\/thi/);
        },
        { to: 'vllm/m' },
      ),
      reply(
        'reasoning-details',
        (told) => {
          const [thought] = itemsOf(told).filter((item) => item['type'] === 'reasoning');
          assert.equal(at(thought, 'summary.0.text'), 'Let me think.');
        },
        { to: 'openrouter/m' },
      ),
    ],
  },
  {
    number: 46,
    title: 'gzip, br, zstd, stacked; a decompression bomb is dropped',
    outcome: 'refused',
    fixture: '46-compressed',
    trials: [
      ...(
        [
          ['gzip', gzipSync],
          ['br', brotliCompressSync],
          ['zstd', zstdCompressSync],
          ['gzip, br', (bytes: Buffer) => brotliCompressSync(gzipSync(bytes))],
        ] as const
      ).map(([encoding, encode]) =>
        reply('edge-cases/46-compressed/upstream.sse', UNPACKED, {
          encode,
          replyHeaders: { 'content-encoding': encoding },
        }),
      ),
      reply('edge-cases/46-compressed/upstream.sse', () => {}, {
        encode: () => gzipSync(gzipSync(Buffer.alloc(300 * 1024 * 1024, 'data: x'), { level: 1 })),
        replyHeaders: { 'content-encoding': 'gzip, gzip' },
        refusal: { status: 200, words: /response\.failed.*(?:too long|unpacks to more than)/ },
      }),
    ],
  },
  {
    number: 47,
    title: 'Comments that keep a connection alive are no part of the reply',
    outcome: 'carried',
    fixture: '47-keep-alives',
    trials: [
      reply('edge-cases/47-keep-alives/upstream.sse', (told) => {
        assert.equal(textOf(told), 'At last.');
        assert.doesNotMatch(told.text, /keep-alive|PROCESSING/);
      }),
    ],
  },
  {
    number: 48,
    title: 'A model that writes white space without end is stopped; code with deep indentation is not',
    outcome: 'refused',
    fixture: '48-white-space',
    trials: [
      reply('edge-cases/48-white-space/upstream.sse', (told) => assert.equal(told.last['type'], 'response.failed'), {
        refusal: { status: 200, words: /white space|repeat/ },
      }),
      reply('edge-cases/48-white-space/code.sse', (told) => assert.match(textOf(told), /line_29\(\)\n$/)),
    ],
  },
  {
    number: 49,
    title: 'MiniMax reports errors inside a 200: they are errors',
    outcome: 'refused',
    fixture: 'requests',
    trials: [
      reply('error-base-resp', () => {}, {
        to: 'minimax/MiniMax-M2.7',
        besides: /./,
        refusal: { status: 429, words: /insufficient balance/ },
      }),
    ],
  },
  {
    number: 50,
    title: 'Two calls whose fragments alternate come whole, one after the other',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply('calls-alternating', (told) => {
        assert.ok(callsOf(told).length >= 2);
        for (const [, input] of callsOf(told)) JSON.parse(String(input));
        const open = told.events.filter((event) => /output_item\.(added|done)$/.test(String(event['type'])));
        for (const [index, event] of open.entries()) {
          assert.equal(String(event['type']).endsWith('added'), index % 2 === 0, 'two items open at once');
        }
      }),
    ],
  },
  {
    number: 51,
    title: 'Arguments that are an object, or empty, become a text of JSON',
    outcome: 'carried',
    fixture: 'requests',
    trials: [
      reply('call-arguments-object', (told) =>
        assert.ok(callsOf(told).every(([, input]) => JSON.parse(String(input)))),
      ),
      reply('call-arguments-empty', (told) => assert.equal(callsOf(told)[0]?.[1], '{}')),
    ],
  },
];
