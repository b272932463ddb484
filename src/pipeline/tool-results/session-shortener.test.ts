import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../ir/request.ts';
import { createSessionShortener } from './session-shortener.ts';

/** A log that one pattern tells. */
function logOf(task: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return Array.from(
    { length: 200 },
    (_, at) =>
      `2024-08-27 06:${two(Math.floor(at / 60))}:${two(at % 60)} INFO ${task} step ${at} finished without a word`,
  ).join('\n');
}

function turn(callId: string, output: string): readonly Message[] {
  return [
    {
      role: 'assistant',
      parts: [{ type: 'tool-call', callId, kind: 'function', name: { name: 'run' }, input: '{}' }],
    },
    {
      role: 'tool',
      parts: [{ type: 'tool-result', callId, kind: 'function', content: [{ type: 'text', text: output }] }],
    },
  ];
}

const asked: Message = { role: 'user', parts: [{ type: 'text', text: logOf('told') }] };
const outputs = (messages: readonly Message[]): readonly string[] =>
  messages.flatMap(({ parts }) =>
    parts.flatMap((part) =>
      part.type === 'tool-result' ? part.content.map((one) => (one.type === 'text' ? one.text : '')) : [],
    ),
  );

test('each output is made shorter, in each turn in the same way; what a person wrote stays', () => {
  const shortener = createSessionShortener();
  const first = [asked, ...turn('a', logOf('one'))];
  const second = [...first, ...turn('b', logOf('two')), ...turn('c', 'short')];
  const one = shortener('s', false)(first);
  const two = shortener('s', true)(second);
  assert.deepEqual(two.messages.slice(0, first.length), one.messages);
  assert.equal(one.messages[0], asked);
  const [a = '', b = '', c] = outputs(two.messages);
  assert.match(a, /^\[Shortened: .*\n×200 .* \| <time> INFO one step <1> finished without a word\n <1> 0\.\.199\n$/u);
  assert.match(b, /INFO two/u);
  assert.equal(c, 'short');
  assert.deepEqual(createSessionShortener()('t', false)(second).messages, two.messages, 'whatever was asked before');
});

test('an output that would hold up other requests stays as it is', () => {
  const shorten = createSessionShortener()('s', false);
  const lines = logOf('one');
  const long = lines.repeat(Math.ceil(80_001 / lines.length)).slice(0, 80_001);
  const [a] = outputs(shorten(turn('a', long)).messages);
  assert.equal(a, long);
  const [b] = outputs(shorten(turn('b', long.slice(1))).messages);
  assert.match(b ?? '', /^\[Shortened/u);
});

test('what was done is told', () => {
  const { losses } = createSessionShortener()(undefined, false)([asked, ...turn('a', logOf('one'))]);
  assert.equal(losses.length, 1);
  assert.match(
    losses[0]?.why ?? '',
    /^The output of 1 tool call was shortened: about \d+ tokens in the place of \d{4}\.$/u,
  );
  assert.deepEqual(createSessionShortener()('s', false)([asked, ...turn('a', 'short')]).losses, []);
});

test('of a session that is under way, the outputs that a model has seen stay as they are, in every later turn', () => {
  const shortener = createSessionShortener();
  const seen = [asked, ...turn('a', logOf('one'))];
  const now = [...seen, ...turn('b', logOf('two'))];
  const later = [...now, ...turn('c', logOf('three'))];
  for (const messages of [now, later, later]) {
    const [a, b] = outputs(shortener('s', true)(messages).messages);
    assert.equal(a, logOf('one'));
    assert.match(b ?? '', /^\[Shortened/u);
  }
  assert.match(outputs(shortener('another', false)(now).messages)[0] ?? '', /^\[Shortened/u);
});
