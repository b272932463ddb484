import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceEvent } from '../../ir/event.ts';
import { GatewayError } from '../../ir/failure.ts';
import type { Json } from '../../ir/json.ts';
import { makeSummary, readSummary } from '../envelope.ts';
import { compactReply } from './compaction.ts';
import { decodeRequest } from './decode-request.ts';

const TOOL = { type: 'function', name: 'run', parameters: {} };
const decode = (...input: readonly Json[]) => decodeRequest({ model: 'm', input, tools: [TOOL] });

const text = (words: string): readonly InferenceEvent[] => [
  { type: 'text-start' },
  { type: 'text-delta', text: words },
  { type: 'text-end' },
];
const CALL: readonly InferenceEvent[] = [
  { type: 'tool-call-start', callId: 'c', kind: 'function', name: { name: 'run' } },
  { type: 'tool-call-delta', input: '{}' },
  { type: 'tool-call-end' },
];
const THOUGHT: readonly InferenceEvent[] = [
  { type: 'reasoning-start' },
  { type: 'reasoning-delta', text: 'hm' },
  { type: 'reasoning-end' },
];

function reply(...events: readonly InferenceEvent[]): readonly InferenceEvent[] {
  const { push, end } = compactReply();
  return [...events.flatMap(push), ...end()];
}

test('a trigger asks for a summary, without tools; the same words each time', () => {
  const { value, losses } = decode({ role: 'user', content: 'hi' }, { type: 'compaction_trigger' });
  assert.deepEqual([value.compacts, value.toolChoice, value.tools.length], [true, { type: 'none' }, 1]);
  const last = value.messages.at(-1);
  assert.equal(last?.role, 'user');
  assert.ok(last.parts[0]?.type === 'text' && last.parts[0].text.includes('Answer with the summary alone.'));
  assert.deepEqual(losses, []);
  assert.deepEqual(decode({ role: 'user', content: 'hi' }, { type: 'compaction_trigger' }).value, value);
  assert.equal(decode({ role: 'user', content: 'hi' }).value.compacts, undefined);
});

test('a trigger before the end is refused', () => {
  assert.throws(
    () => decode({ type: 'compaction_trigger' }, { role: 'user', content: 'hi' }),
    (error) => error instanceof GatewayError && /input\[0\]: a compaction_trigger must be the last/.test(error.message),
  );
});

test("our summary is readable words to any model, in its place; a maker's own stays its own", () => {
  const ours = { type: 'compaction', id: 'cmp_1', encrypted_content: makeSummary('The work "so far".') };
  const theirs = { type: 'compaction', id: 'cmp_2', encrypted_content: 'gAAAA' };
  const { messages } = decode({ role: 'user', content: 'first' }, ours, theirs, {
    role: 'user',
    content: 'next',
  }).value;
  assert.deepEqual(
    messages.map(({ role, parts }) => [role, parts[0]?.type]),
    [
      ['user', 'text'],
      ['user', 'text'],
      ['assistant', 'opaque'],
      ['user', 'text'],
    ],
  );
  assert.ok(
    JSON.stringify(messages[1]).includes('is its summary, by the model that worked on it:\\n\\nThe work \\"so far\\".'),
  );
});

test('a reply of text becomes exactly one item', () => {
  const usage = { freshInput: 1, cacheRead: 2, cacheWrite: 0, output: 3, reasoning: 0 };
  const events = reply(
    { type: 'response-start' },
    ...THOUGHT,
    ...text('Part one.'),
    ...text('Part two.'),
    { type: 'usage', usage },
    { type: 'finish', reason: 'stop' },
  );
  assert.deepEqual(
    events.map(({ type }) => type),
    ['response-start', 'usage', 'opaque', 'finish'],
  );
  const item = events.find((event) => event.type === 'opaque')?.value;
  assert.equal(item?.['type'], 'compaction');
  assert.equal(readSummary(String(item?.['encrypted_content'])), 'Part one.\n\nPart two.');
});

test('calls beside the summary, and a cut one, are told; without any text the turn fails', () => {
  const whys = (events: readonly InferenceEvent[]) =>
    events.flatMap((event) => (event.type === 'loss' ? [event.loss.why] : []));
  const cut = reply(
    ...CALL,
    { type: 'text-start' },
    { type: 'text-delta', text: 'half' },
    { type: 'finish', reason: 'length' },
  );
  assert.deepEqual(whys(cut), [
    '1 tool calls beside the summary are left out.',
    'The summary is cut: the model wrote as much as it may.',
  ]);
  assert.deepEqual(cut.at(-1), { type: 'finish', reason: 'stop' });
  const [failed] = reply(...CALL, { type: 'finish', reason: 'tool-calls' });
  assert.ok(failed?.type === 'error' && failed.failure.kind === 'server-error');
  const refused = reply(
    { type: 'refusal-start' },
    { type: 'refusal-delta', text: 'No.' },
    { type: 'refusal-end' },
    { type: 'finish', reason: 'refusal' },
  );
  assert.equal(refused.at(-1)?.type, 'error');
});

test('a provider that condenses by itself is let through', () => {
  const value = { type: 'compaction', encrypted_content: 'gAAAA' };
  const events = reply({ type: 'opaque', protocol: 'openai-responses', value }, { type: 'finish', reason: 'stop' });
  assert.deepEqual(
    events.map(({ type }) => type),
    ['opaque', 'finish'],
  );
});
