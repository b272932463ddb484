import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceEvent } from '../ir/event.ts';
import type { Failure } from '../ir/failure.ts';
import { protocolById } from '../protocols/registry.ts';
import { holdHead } from './head.ts';

const BROKEN: Failure = { kind: 'transport', message: 'Gone.' };
const frame = (value: { readonly type: string }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify({ index: 0, ...value })}\n\n`;
const HEAD = frame({
  type: 'message_start',
  ...{ message: { id: 'm', model: 'm', usage: { input_tokens: 700, output_tokens: 1 } } },
});
const WORDS =
  frame({ type: 'content_block_start', ...{ content_block: { type: 'text', text: '' } } }) +
  frame({ type: 'content_block_delta', ...{ delta: { type: 'text_delta', text: 'hello' } } });

/** A reply that breaks off behind these pieces. */
async function broken(bytes: boolean, ...pieces: readonly string[]) {
  const events: InferenceEvent[] = [];
  const end = await holdHead(
    {
      status: 200,
      headers: {},
      text: async () => '',
      cancel: () => {},
      pipe: (sink) => {
        for (const piece of pieces) sink.chunk(Buffer.from(piece), () => {});
        sink.fail(BROKEN);
      },
    },
    {
      decoder: protocolById('anthropic-messages').egress.tap.decodeStream(),
      bytes,
      explain: (failure) => failure,
      elapsed: () => 1,
      firstToken: () => {},
      commit: () => {},
      sink: {
        commit: () => {},
        chunk: (_, more) => {
          events.push(...more);
          return true;
        },
        end: () => {},
      },
    },
  );
  return { end, events };
}

test('what a provider counted before its connection broke is told, before the commit point and after it', async () => {
  const early = await broken(false, HEAD);
  assert.deepEqual([early.end.committed, early.end.usage?.freshInput, early.end.failure], [false, 700, BROKEN]);
  for (const bytes of [false, true]) {
    const { end, events } = await broken(bytes, HEAD, WORDS);
    assert.deepEqual([end.committed, end.usage?.freshInput, end.failure], [true, 700, BROKEN]);
    assert.deepEqual(
      events.slice(-2).map(({ type }) => type),
      ['usage', 'error'],
    );
  }
});
