import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptOfMessages } from './messages/prompt.ts';
import { createPromptCache, piecesOf, USUAL_CACHE } from './prompt-cache.ts';

/** A piece of so many tokens. */
const piece = (name: string, tokens: number): string => name.repeat(tokens * 4).slice(0, tokens * 4);

test('an automatic cache: the longest beginning, in whole blocks, of one key and one model', () => {
  const cache = createPromptCache(USUAL_CACHE);
  const first = { pieces: [piece('a', 2_000), piece('b', 500)] };
  assert.deepEqual(cache('k', 'm', first, 0), { input: 2_500, cached: 0, written: 0 });
  const second = { pieces: [...first.pieces, piece('c', 100)] };
  assert.deepEqual(cache('k', 'm', second, 1), { input: 2_600, cached: 2_432, written: 0 });
  const parted = { pieces: [piece('a', 2_000), piece('x', 500)] };
  assert.equal(cache('k', 'm', parted, 2).cached, 1_920);
  assert.equal(cache('other', 'm', second, 2).cached, 0);
  assert.equal(cache('k', 'other', second, 2).cached, 0);
});

test('what is too short is not cached, and what nobody reads is forgotten', () => {
  const cache = createPromptCache(USUAL_CACHE);
  const short = { pieces: [piece('a', 1_023)] };
  cache('k', 'm', short, 0);
  assert.equal(cache('k', 'm', short, 1).cached, 0);
  const long = { pieces: [piece('b', 2_048)] };
  cache('k', 'm', long, 0);
  assert.equal(cache('k', 'm', long, 300).cached, 2_048);
  assert.equal(cache('k', 'm', long, 600).cached, 2_048, 'being read keeps it');
  assert.equal(cache('k', 'm', long, 901).cached, 0);
});

test('an explicit cache: written at marks, read at a mark or up to 20 pieces before it', () => {
  const cache = createPromptCache(USUAL_CACHE);
  const pieces = [piece('tools', 2_000), ...Array.from({ length: 60 }, (_, at) => piece(String(at), 10))];
  const ask = (length: number, marks: readonly number[]) => {
    const { cached, written } = cache('k', 'm', { pieces: pieces.slice(0, length), marks }, 0);
    return { cached, written };
  };
  assert.deepEqual(ask(1, []), { cached: 0, written: 0 });
  assert.deepEqual(ask(1, [0]), { cached: 0, written: 2_000 });
  assert.deepEqual(ask(11, [0, 10]), { cached: 2_000, written: 100 });
  assert.deepEqual(ask(31, [30]), { cached: 2_100, written: 200 }, 'twenty pieces back');
  assert.deepEqual(ask(52, [51]), { cached: 0, written: 2_510 }, 'twenty-one are too many');
  assert.deepEqual(ask(61, [30, 60]), { cached: 2_510, written: 90 });
});

test('pieces in the order of the provider; marks are no part of them', () => {
  assert.deepEqual(piecesOf({ messages: [1, 2], model: 'm', tools: ['t'] }, ['tools', 'messages']), ['"t"', '1', '2']);
  const mark = { cache_control: { type: 'ephemeral' } };
  const prompt = promptOfMessages({
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [{ type: 'text', text: 'yes', ...mark }] },
    ],
    system: [{ type: 'text', text: 'Rules.', ...mark }],
    tools: [{ name: 't' }],
  });
  assert.deepEqual(prompt, {
    pieces: [
      '{"name":"t"}',
      '{"type":"text","text":"Rules."}',
      '{"role":"user","type":"text","text":"hi"}',
      '{"role":"assistant","type":"text","text":"yes"}',
    ],
    marks: [1, 3],
  });
});
