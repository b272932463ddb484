import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Message } from '../ir/request.ts';
import type { CountedRequest } from './request-text.ts';
import { createTokenCounter } from './tokens.ts';

const counter = createTokenCounter();
after(counter.close);

function asking(...messages: readonly Message[]): CountedRequest {
  return { messages, tools: [], outputFormat: { type: 'text' } };
}
const says = (text: string): Message => ({ role: 'user', parts: [{ type: 'text', text }] });

/** What the vocabulary itself counts for a text. */
async function tokensOf(text: string): Promise<number> {
  return (await counter.count(asking(says(text)))) - (await counter.count(asking(says(''))));
}

test('a text counts what its vocabulary makes of it', async () => {
  assert.equal(await tokensOf('hello world'), 2);
  assert.equal(await tokensOf('The quick brown fox jumps over the lazy dog.'), 10);
  assert.ok((await tokensOf('<|endoftext|>')) > 1, 'a mark in a conversation is text');
});

test('all that a model reads is counted: calls, results, thinking, tools and schemas; an image by a fixed number', async () => {
  const bare = asking(says('go'));
  const count = counter.count(bare);
  const more = async (request: CountedRequest): Promise<number> => (await counter.count(request)) - (await count);
  const words = 'one two three four five six seven eight nine ten';
  const call: Message = {
    role: 'assistant',
    parts: [
      { type: 'reasoning', texts: [words] },
      { type: 'tool-call', callId: 'c1', kind: 'function', name: { name: 'look' }, input: `{"at":"${words}"}` },
    ],
  };
  const result: Message = {
    role: 'tool',
    parts: [{ type: 'tool-result', callId: 'c1', kind: 'function', content: [{ type: 'text', text: words }] }],
  };
  assert.ok((await more(asking(says('go'), call))) > 20);
  assert.ok((await more(asking(says('go'), call, result))) > 34);
  const image: Message = {
    role: 'user',
    parts: [{ type: 'image', url: `data:image/png;base64,${'A'.repeat(50_000)}` }],
  };
  assert.equal(await more(asking(says('go'), image)), 1_104);
  const parameters = { type: 'object', properties: { at: { type: 'string', description: words } } };
  const tool = { kind: 'function', name: { name: 'look' }, description: words, parameters } as const;
  assert.ok((await more({ ...bare, tools: [tool] })) > 28);
  assert.ok((await more({ ...bare, outputFormat: { type: 'json-schema', name: 'x', schema: parameters } })) > 15);
});

test('runs without a break are counted in a time that grows with their length, while the gateway goes on', async () => {
  const runs = ['a', ' ', '漢', '😀', 'xY7/'].map((piece) => piece.repeat(100_000 / piece.length));
  let ticks = 0;
  const clock = setInterval(() => {
    ticks += 1;
  }, 10);
  const began = performance.now();
  const counts = await Promise.all(runs.map(tokensOf));
  const ms = performance.now() - began;
  clearInterval(clock);
  assert.ok(ms < 15_000, `${ms} ms`);
  assert.ok(ticks > ms / 40, `${ticks} ticks in ${ms} ms`);
  for (const [index, tokens] of counts.entries()) assert.ok(tokens > 500 && tokens <= 120_000, `${index}: ${tokens}`);
});

test('a run of millions of characters does not end the process', async () => {
  assert.equal(await tokensOf(' '.repeat(8 * 128 * 8_192)), 8 * 8_192);
});

test('what is beyond any window counts like what is before it', async () => {
  const part = 'word '.repeat(1024 * 1024);
  const tokens = await tokensOf(part + part);
  assert.ok(Math.abs(tokens - 2 * 1024 * 1024) < 20_000, String(tokens));
});

test('a request that would take minutes holds up no other for long', async () => {
  let state = 1;
  const letters = Array.from({ length: 8 * 1024 * 1024 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return 33 + (state % 94);
  });
  const began = performance.now();
  const [long, short] = await Promise.all([
    counter.count(asking(says(Buffer.from(letters).toString('latin1')))),
    counter.count(asking(says('hello world'))),
  ]);
  assert.ok(performance.now() - began < 12_000, `${performance.now() - began} ms`);
  assert.ok(long > 2_000_000 && long < 9_000_000, String(long));
  assert.ok(short < 20);
});

test('an idle process ends, and the next count starts another', async () => {
  const brief = createTokenCounter(5);
  const first = await brief.count(asking(says('hello world')));
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(await brief.count(asking(says('hello world'))), first);
  await brief.close();
});

test('what comes while too much waits is told by its length', async (t) => {
  const busy = createTokenCounter(5, 1_000);
  t.after(busy.close);
  const first = busy.count(asking(says('word '.repeat(150))));
  const marks = await counter.count(asking(says('')));
  assert.equal(await busy.count(asking(says('xyz '.repeat(100)))), marks + 100);
  assert.equal((await first) - marks, 151);
  assert.notEqual(await busy.count(asking(says('xyz '.repeat(100)))), marks + 100, 'there is room again');
});

test('what waits when the counter closes is told', async () => {
  const closing = createTokenCounter();
  const count = closing.count(asking(says('hello')));
  const refused = assert.rejects(count, /closed/);
  await closing.close();
  await refused;
});
