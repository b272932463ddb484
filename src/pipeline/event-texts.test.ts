import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeSse } from '../wire/sse.ts';
import { eventTexts } from './event-texts.ts';

const EVENTS = ['{"type":"a","text":"data: x\\n\\n ü"}', '{"type":"b"}', '{"type":"keepalive"}'];
const STREAM = `${EVENTS.map((data, index) => encodeSse(index === 2 ? { data } : { event: 'e', data })).join('')}data: [DONE]\n\n`;

test('whole events that the gateway wrote', () => {
  const events = eventTexts();
  assert.deepEqual([...events.push(STREAM), ...events.push(''), ...events.end()], EVENTS);
});

test("a provider's bytes, however they are cut, and our own failure behind them", () => {
  const bytes = Buffer.from(`: comment\r\n\r\n${STREAM}`);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 6 }), (cuts) => {
      const events = eventTexts();
      const ends = [...cuts.sort((a, b) => a - b), bytes.length];
      const texts = ends.flatMap((end, index) => events.push(bytes.subarray(ends[index - 1] ?? 0, end)));
      texts.push(...events.push('event: response.failed\ndata: {"type":"response.failed"}\n\n'), ...events.end());
      assert.deepEqual(texts, [...EVENTS, '{"type":"response.failed"}']);
    }),
  );
});
