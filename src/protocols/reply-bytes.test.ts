import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replyBytes } from './reply-bytes.ts';

/** What a reply was taken for: its frames' data, `body: ...`, `failed: ...`. */
function read(chunks: readonly (string | Uint8Array)[]): string[] {
  const seen: string[] = [];
  const reply = replyBytes({
    frame: ({ data }) => void seen.push(data),
    body: (text) => void seen.push(`body: ${text}`),
    fail: ({ kind }) => void seen.push(`failed: ${kind}`),
    isOver: () => seen.at(-1) === 'end' || seen.at(-1)?.startsWith('failed') === true,
  });
  for (const chunk of chunks) reply.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  reply.end();
  return seen;
}

const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['a stream', ['\n: hi\n', 'data: a\n\ndata', ': b'], ['a', 'b']],
  ['a stream behind a byte-order mark', ['\ufeff', 'data: a\n\n'], ['a']],
  ['nothing after the end', ['data: a\n\ndata: end\n\ndata: b\n\n', 'data: c\n\n'], ['a', 'end']],
  ['an object', [' \n', '{"a"', ':1}'], ['body: {"a":1}']],
  ['an object behind a byte-order mark', ['\ufeff{}'], ['body: {}']],
  ['a list', ['[1]'], ['body: [1]']],
  ['a page', ['<html>'], ['body: <html>']],
  ['nothing', ['', ' '], []],
];

for (const [name, chunks, expected] of CASES) {
  test(`the bytes of a reply: ${name}`, () => assert.deepEqual(read(chunks), expected));
}

test('an event or a body without end is given up', () => {
  const part = new Uint8Array(11 * 1024 * 1024).fill(0x61);
  assert.deepEqual(read(['data: ', part, part, part, 'data: b\n\n']), ['failed: protocol']);
  assert.deepEqual(read(['{', part, part, part, '}']), ['failed: protocol']);
});

test('a body is kept, whatever its owner does with the memory of its bytes', () => {
  const seen: string[] = [];
  const reply = replyBytes({
    frame: () => undefined,
    body: (text) => void seen.push(text),
    fail: () => undefined,
    isOver: () => false,
  });
  const bytes = Buffer.from('{}');
  reply.push(bytes);
  bytes.fill(0);
  reply.end();
  assert.deepEqual(seen, ['{}']);
});
