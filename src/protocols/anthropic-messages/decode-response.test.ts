import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isJsonObject, parseJson } from '../../ir/json.ts';
import { NO_TOOL_NAMES } from '../tool-names.ts';
import { decodeResponse, decodeStream } from './decode-stream.ts';
import type { ReplyOptions } from './read-message.ts';

const options: ReplyOptions = { names: NO_TOOL_NAMES, callId: (given) => given ?? 'made' };

test('a unary reply is the stream that arrived at once', () => {
  const bytes = readFileSync(
    fileURLToPath(new URL('../../../fixtures/anthropic-messages/unary/upstream.sse', import.meta.url)),
  );
  const body = parseJson(bytes.toString());
  assert.ok(isJsonObject(body));
  const stream = decodeStream(options);
  assert.deepEqual(decodeResponse(body, options), [...stream.push(bytes), ...stream.end()]);
});

test('a body that is no message is a failure', () => {
  const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
  const [only] = decodeResponse(error, options);
  assert.deepEqual(only, {
    type: 'error',
    failure: { kind: 'overloaded', message: 'Overloaded', code: 'overloaded_error' },
  });
  for (const body of [null, 'text', [], { type: 'completion' }]) {
    const events = decodeResponse(body, options);
    assert.equal(events.length, 1);
    assert.ok(events[0]?.type === 'error' && events[0].failure.kind === 'protocol');
  }
});

test('what comes after the end is ignored, and thinking that a limit cut stays open', () => {
  const encode = new TextEncoder();
  const frame = (value: object): Uint8Array => encode.encode(`data: ${JSON.stringify(value)}\n\n`);
  const stream = decodeStream(options);
  const events = [
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'max_tokens' }, usage: { output_tokens: 5 } },
    { type: 'message_stop' },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: 'late' } },
    { type: 'error', error: { type: 'api_error', message: 'late' } },
  ].flatMap((value) => [...stream.push(frame(value))]);
  assert.deepEqual(
    [...events, ...stream.end()].map((event) => event.type),
    ['reasoning-start', 'reasoning-delta', 'usage', 'finish'],
  );
});
