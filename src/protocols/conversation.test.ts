import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message } from '../ir/request.ts';
import { NO_OUTPUT, pairToolResults } from './conversation.ts';

const call = (...ids: readonly string[]): Message => ({
  role: 'assistant',
  parts: ids.map((callId) => ({ type: 'tool-call', callId, kind: 'function', name: { name: 'f' }, input: '{}' })),
});
const out = (...ids: readonly string[]): Message => ({
  role: 'tool',
  parts: ids.map((callId) => ({
    type: 'tool-result',
    callId,
    kind: 'function',
    content: [{ type: 'text', text: `out ${callId}` }],
  })),
});
const say = (role: 'user' | 'developer' | 'assistant', text: string): Message => ({
  role,
  parts: [{ type: 'text', text }],
});

/** `c:a,b` calls, `o:a,b` outputs (`!` where it is the placeholder), `u:text`, ... */
function words(messages: readonly Message[]): string[] {
  return messages.map((message) =>
    message.parts
      .map((part) => {
        switch (part.type) {
          case 'tool-call':
            return `c:${part.callId}`;
          case 'tool-result': {
            const [first] = part.content;
            return `o:${part.callId}${first?.type === 'text' && first.text === NO_OUTPUT ? '!' : ''}`;
          }
          case 'text':
            return `${message.role[0]}:${part.text}`;
          default:
            return part.type;
        }
      })
      .join(' '),
  );
}

test('a paired history is the same array', () => {
  const messages = [say('user', 'hi'), call('a', 'b'), out('a', 'b'), say('assistant', 'done')];
  assert.equal(pairToolResults(messages).value, messages);
});

const CASES: readonly (readonly [string, readonly Message[], readonly string[], number])[] = [
  ['a message between waits', [call('a'), say('developer', 'x'), out('a')], ['c:a', 'o:a', 'd:x'], 0],
  [
    'parted calls of one turn',
    [call('a'), say('user', 'x'), call('b'), out('a'), out('b')],
    ['c:a c:b', 'o:a o:b', 'u:x'],
    0,
  ],
  ['results in call order', [call('a', 'b'), out('b', 'a')], ['c:a c:b', 'o:a o:b'], 0],
  ['no output', [call('a'), say('user', 'go on')], ['c:a', 'o:a!', 'u:go on'], 1],
  ['no output at the end', [call('a')], ['c:a', 'o:a!'], 1],
  ['one of two outputs', [call('a', 'b'), out('b'), say('user', 'x')], ['c:a c:b', 'o:a! o:b', 'u:x'], 1],
  ['no call', [out('z'), say('user', 'x')], ['u:x'], 1],
  ['output twice', [call('a'), out('a'), out('a')], ['c:a', 'o:a'], 1],
  ['one id in two turns', [call('a'), out('a'), call('a'), out('a')], ['c:a', 'o:a', 'c:a_2', 'o:a_2'], 1],
  [
    'one id, the first unanswered',
    [call('a'), say('user', 'x'), call('a'), out('a')],
    ['c:a', 'o:a!', 'u:x', 'c:a_2', 'o:a_2'],
    2,
  ],
  ['output before its call', [out('a'), call('a')], ['c:a', 'o:a!'], 2],
];

for (const [name, messages, expected, losses] of CASES) {
  test(`tool results are paired: ${name}`, () => {
    const repaired = pairToolResults(messages);
    assert.deepEqual(words(repaired.value), expected);
    assert.equal(repaired.losses.length, losses);
  });
}

test('a tool result and words in one message: the words come after the results', () => {
  const mixed: Message = { role: 'user', parts: [...out('a').parts, { type: 'text', text: 'and now' }] };
  assert.deepEqual(words(pairToolResults([call('a'), mixed]).value), ['c:a', 'o:a', 'u:and now']);
});

test('any history comes out paired, once and for all, and no other message is lost', () => {
  const id = fc.constantFrom('a', 'b', 'c');
  const message = fc.oneof(
    fc.array(id, { minLength: 1, maxLength: 3 }).map((ids) => call(...new Set(ids))),
    fc.array(id, { minLength: 1, maxLength: 3 }).map((ids) => out(...ids)),
    fc.constantFrom('user' as const, 'developer' as const, 'assistant' as const).map((role) => say(role, 'x')),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
      const once = pairToolResults(messages).value;
      assert.equal(pairToolResults(once).value, once);
      const count = (list: readonly Message[], type: string) =>
        list.flatMap((each) => each.parts).filter((part) => part.type === type).length;
      assert.equal(count(once, 'text'), count(messages, 'text'));
      assert.equal(count(once, 'tool-call'), count(messages, 'tool-call'));
      assert.equal(count(once, 'tool-result'), count(messages, 'tool-call'));
    }),
  );
});

test('calls that bear one id are told apart, and each keeps its own output', () => {
  const twice = pairToolResults([call('a', 'a'), out('a', 'a'), say('user', 'x'), call('a'), out('a')]);
  assert.deepEqual(words(twice.value), ['c:a c:a_2', 'o:a o:a_2', 'u:x', 'c:a_3', 'o:a_3']);
  assert.equal(twice.losses.length, 2);
  const interrupted = pairToolResults([call('a'), say('user', 'x'), call('a'), out('a')]);
  assert.deepEqual(words(interrupted.value), ['c:a', 'o:a!', 'u:x', 'c:a_2', 'o:a_2']);
});
