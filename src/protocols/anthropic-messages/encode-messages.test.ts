import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialect } from '../../ir/dialect.ts';
import type { Loss } from '../../ir/loss.ts';
import type { Message, Part, ProviderState, Role } from '../../ir/request.ts';
import { compileDialect } from '../../providers/dialect.ts';
import { toolNames } from '../tool-names.ts';
import { encodeMessages } from './encode-messages.ts';
import type { MessagesRequest } from './schema.ts';

const base = compileDialect('anthropic-messages', []);

function encode(
  messages: readonly Message[],
  change: Partial<Dialect> = {},
): MessagesRequest & { readonly losses: readonly Loss[] } {
  const losses: Loss[] = [];
  const target = { provider: 'here', model: 'm', dialect: { ...base, ...change } };
  return { ...encodeMessages({ messages }, toolNames({ tools: [], messages }, 64), target, losses), losses };
}

const text = (words: string): Part => ({ type: 'text', text: words });
const say = (role: Role, ...parts: readonly Part[]): Message => ({ role, parts });
const call = (callId: string, input: string): Part => ({
  type: 'tool-call',
  callId,
  kind: 'function',
  name: { name: 'ls' },
  input,
});
const result = (callId: string, ...content: readonly Part[]): Part => ({
  type: 'tool-result',
  callId,
  kind: 'function',
  content: content.filter((part) => part.type === 'text' || part.type === 'image'),
});
const thinking = (value: ProviderState['value'], change: Partial<ProviderState> = {}): Part => ({
  type: 'reasoning',
  texts: ['Hm.'],
  state: { protocol: 'anthropic-messages', provider: 'here', model: 'm', value, ...change },
});
const image = (url: string): Part => ({ type: 'image', url });
const shape = (encoded: MessagesRequest): readonly string[] =>
  encoded.messages.map((turn) => `${turn.role}: ${turn.content.map((block) => block.type).join(' ')}`);

test('instructions before the first turn are the system; later ones stay in their place, marked', () => {
  const encoded = encode([
    say('system', text('One.')),
    say('developer', text('Two.'), text(' \n')),
    say('user', text('Hi.')),
    say('developer', text('Three.')),
    say('assistant', text('Hello.')),
    say('user', text('Go.')),
  ]);
  assert.deepEqual(encoded.system, [
    { type: 'text', text: 'One.' },
    { type: 'text', text: 'Two.' },
  ]);
  assert.deepEqual(shape(encoded), ['user: text text', 'assistant: text', 'user: text']);
  assert.deepEqual(encoded.messages[0]?.content[1], {
    type: 'text',
    text: '<developer_message>\nThree.\n</developer_message>',
  });
});

test('adjacent turns of one role are one, and empty ones are none', () => {
  const encoded = encode([
    say('user', text('A')),
    say('assistant', text('')),
    say('user', text('B')),
    say('assistant', text('C')),
    say('assistant', text('D')),
    say('user', text('E')),
  ]);
  assert.deepEqual(shape(encoded), ['user: text text', 'assistant: text text', 'user: text']);
});

test('the first turn and the last are the user’s', () => {
  const encoded = encode([say('assistant', text('Hello.'))]);
  assert.deepEqual(shape(encoded), ['user: text', 'assistant: text', 'user: text']);
  assert.equal(encoded.losses.length, 2);
  assert.deepEqual(shape(encode([])), ['user: text']);
});

test('tool results come first and whole; an interrupted call is answered', () => {
  const encoded = encode([
    say('user', text('Go.')),
    say('assistant', call('a', '{}'), call('b', '{}')),
    say('user', text('Stop.')),
    say('tool', result('a', text('done'))),
    say('tool', result('z', text('nobody asked'))),
  ]);
  assert.deepEqual(shape(encoded), [
    'user: text',
    'assistant: tool_use tool_use',
    'user: tool_result tool_result text',
  ]);
  assert.equal(encoded.losses.length, 2);
});

test('arguments are objects, whatever the model wrote', () => {
  const inputs = ['{"a":1}', '', '[1]', '{"a":'];
  const encoded = encode([
    say('user', text('Go.')),
    ...inputs.map((input, index) => say('assistant', call(`c${index}`, input))),
  ]);
  const uses = encoded.messages.flatMap((turn) => turn.content).filter((block) => block.type === 'tool_use');
  assert.deepEqual(
    uses.map((block) => block.input),
    [{ a: 1 }, {}, { arguments: '[1]' }, { arguments: '{"a":' }],
  );
});

test('call ids that the API refuses are mapped, alike on both sides', () => {
  const encoded = encode([say('user', text('Go.')), say('assistant', call('a|b', '{}')), say('tool', result('a|b'))]);
  const [, use, answer] = encoded.messages.map((turn) => turn.content[0]);
  assert.ok(use?.type === 'tool_use' && answer?.type === 'tool_result');
  assert.match(use.id, /^[a-zA-Z0-9_-]+$/);
  assert.equal(use.id, answer.tool_use_id);
});

test('signed thinking goes back to the model that made it, and to no other', () => {
  const replay = (...parts: readonly Part[]): ReturnType<typeof encode> =>
    encode([say('user', text('Go.')), say('assistant', ...parts, text('Done.')), say('user', text('On.'))]);
  const kept = replay(thinking({ signature: 's' }), thinking({ redacted: 'r' }));
  assert.deepEqual(kept.messages[1]?.content.slice(0, 2), [
    { type: 'thinking', thinking: 'Hm.', signature: 's' },
    { type: 'redacted_thinking', data: 'r' },
  ]);
  assert.deepEqual(kept.losses, []);
  const refused: readonly Part[] = [
    { type: 'reasoning', texts: ['Hm.'] },
    thinking({}),
    thinking({ signature: '' }),
    thinking({ signature: 's' }, { model: 'other' }),
    thinking({ signature: 's' }, { provider: 'other' }),
    thinking({ signature: 's' }, { protocol: 'openai-chat' }),
  ];
  for (const part of refused) {
    const lost = replay(part);
    assert.deepEqual(shape(lost), ['user: text', 'assistant: text', 'user: text']);
    assert.equal(lost.losses.length, 1);
  }
});

test('thinking that nothing follows is left out', () => {
  const encoded = encode([
    say('user', text('Go.')),
    say('assistant', thinking({ signature: 's' })),
    say('user', text('On.')),
  ]);
  assert.deepEqual(shape(encoded), ['user: text text']);
  assert.equal(encoded.losses.length, 1);
});

test('images: data, addresses, in results, lifted, and refused', () => {
  const png = image('data:image/png;base64,AAAA');
  const turn = [say('user', png, image('https://example.com/a.webp'), image('data:image/svg+xml;base64,AAAA'))];
  const plain = encode(turn);
  assert.deepEqual(shape(plain), ['user: image image text']);
  assert.equal(plain.losses.length, 1);
  const history = [
    say('user', text('Look.')),
    say('assistant', call('a', '{}'), call('b', '{}')),
    say('tool', result('a', png), result('b', text('done'))),
  ];
  assert.deepEqual(shape(encode(history))[2], 'user: tool_result tool_result');
  const lifted = encode(history, { images: { input: true, inToolResults: false } });
  assert.deepEqual(shape(lifted)[2], 'user: tool_result tool_result image');
  const blind = encode(history, { images: { input: false, inToolResults: false } });
  assert.deepEqual(shape(blind)[2], 'user: tool_result tool_result');
  assert.equal(blind.losses.length, 1);
});

test('blocks of the provider’s own tools go back as they came', () => {
  const value = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} };
  const encoded = encode([
    say('user', text('Go.')),
    say(
      'assistant',
      { type: 'opaque', protocol: 'anthropic-messages', value },
      { type: 'opaque', protocol: 'openai-responses', value },
    ),
  ]);
  assert.deepEqual(encoded.messages[1]?.content, [{ type: 'server', value }]);
  assert.equal(encoded.losses.length, 1);
});

test('what a tool search found is told in words, since the tools stand in the list already', () => {
  const found = [
    { type: 'namespace', name: 'agents', tools: [{ type: 'function', name: 'spawn', description: 'Spawns.' }] },
  ];
  const encoded = encode([
    say('user', text('Go.')),
    say('assistant', { type: 'tool-call', callId: 's', kind: 'search', name: { name: 'tool_search' }, input: '{}' }),
    say('tool', {
      type: 'tool-result',
      callId: 's',
      kind: 'search',
      content: [{ type: 'text', text: JSON.stringify(found) }],
    }),
  ]);
  const answer = encoded.messages[2]?.content[0];
  assert.ok(answer?.type === 'tool_result' && answer.content[0]?.type === 'text');
  assert.match(answer.content[0].text, /agents__spawn: Spawns\./);
});
