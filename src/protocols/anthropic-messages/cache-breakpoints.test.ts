import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isJsonObject, type JsonObject } from '../../ir/json.ts';
import { placeBreakpoints } from './cache-breakpoints.ts';

const MARK = { type: 'ephemeral' };
const text = (words: string): JsonObject => ({ type: 'text', text: words });
const turn = (role: string, blocks: number) => ({
  role,
  content: Array.from({ length: blocks }, (_, at) => text(`${role} ${at}`)),
});

/** Where marks stand: `tools 1`, `system 0`, `messages 2.0`. */
function marksOf(prefix: ReturnType<typeof placeBreakpoints>): readonly string[] {
  const marked = (blocks: readonly JsonObject[], where: string): readonly string[] =>
    blocks.flatMap((block, at) => (isJsonObject(block['cache_control']) ? [`${where}${at}`] : []));
  return [
    ...marked(prefix.tools, 'tools '),
    ...marked(prefix.system, 'system '),
    ...prefix.messages.flatMap(({ content }, at) => marked(content, `messages ${at}.`)),
  ];
}

const tools = [{ name: 'a' }, { name: 'b' }];
const system = [text('Rules.')];

test('a first request: the tools, the instructions, and its own end', () => {
  const marks = marksOf(placeBreakpoints({ tools, system, messages: [turn('user', 2)] }, MARK));
  assert.deepEqual(marks, ['tools 1', 'system 0', 'messages 0.1']);
});

test('a batch of thirty calls: the end of the last request is marked, not only what is near the end of this one', () => {
  const messages = [turn('user', 1), turn('assistant', 30), turn('user', 30)];
  assert.deepEqual(marksOf(placeBreakpoints({ tools, system, messages }, MARK)), [
    'tools 1',
    'system 0',
    'messages 0.0',
    'messages 2.29',
  ]);
});

test('a long conversation: a third turn takes the place of the tools, which the instructions hold anyway', () => {
  const messages = [...Array(8)].flatMap(() => [turn('user', 4), turn('assistant', 4)]).concat([turn('user', 1)]);
  assert.deepEqual(marksOf(placeBreakpoints({ tools, system, messages }, MARK)), [
    'system 0',
    'messages 8.3',
    'messages 14.3',
    'messages 16.0',
  ]);
});

test('law: four at most, whatever there is', () => {
  const size = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(fc.array(fc.tuple(size, size), { maxLength: 12 }), fc.nat(2), fc.nat(2), (steps, toolCount, parts) => {
      const messages = steps.flatMap(([user, model]) => [turn('user', user), turn('assistant', model)]);
      const prefix = { tools: tools.slice(0, toolCount), system: [...system, ...system].slice(0, parts), messages };
      assert.ok(marksOf(placeBreakpoints(prefix, MARK)).length <= 4);
    }),
  );
});
