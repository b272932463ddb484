import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { comparePrefix, printOf, withoutMarks } from './prefix-print.ts';
import type { Prompt } from './prompt.ts';

const promptOf = (body: string): Prompt => ({ form: 'text', text: withoutMarks(body.slice(1, -1)) });

/** Also that what was compared need not be reckoned again. */
function compare(before: string, after: string) {
  const print = printOf(promptOf(before));
  assert.ok(print !== undefined);
  const prompt = promptOf(after);
  const comparison = comparePrefix(print, prompt);
  assert.deepEqual(printOf(prompt, { before: print, kept: comparison.kept }), printOf(prompt));
  return comparison;
}

const body = (tools: string, messages: readonly string[]): string =>
  JSON.stringify({ model: 'm', tools: [tools], messages });
const words = (text: string): string => text.repeat(400);

test('law: a body that was only added to is kept whole, marks or not', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 3_000 });
  const marked = (content: string, mark: boolean) => ({
    type: 'text',
    text: content,
    ...(mark ? { cache_control: { type: 'ephemeral' } } : {}),
  });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), fc.array(text), (first, more) => {
      const before = JSON.stringify({ messages: first.map((one) => marked(one, true)) });
      const after = JSON.stringify({ messages: [...first, ...more].map((one, at) => marked(one, at % 2 === 0)) });
      const { kept, of } = compare(before, after);
      assert.equal(kept, of);
    }),
  );
});

test('law: what is another is found, in its chunk, and in its member', () => {
  fc.assert(
    fc.property(fc.nat(3_999), (at) => {
      const content = words('0123456789');
      const other = `${content.slice(0, at)}x${content.slice(at + 1)}`;
      // In the prompt, which has lost the bracket that opens the body.
      const place = body('t', [other]).indexOf(other) - 1 + at;
      const { kept, of, member } = compare(body('t', [content, 'a']), body('t', [other, 'a', 'b']));
      assert.ok(kept <= place && place < kept + 1_024, `${kept} for ${place}`);
      assert.ok(of > kept);
      assert.match(member ?? '', /messages$/);
    }),
    // The first and the last character of a chunk.
    { examples: [[2_008], [2_009], [985]] },
  );
});

test('a first difference is told by the member that it lies in', () => {
  const [tools, history] = [words('tools '), words('history ')];
  const atEnd = body(`${tools.slice(0, -1)}!`, [history, 'more']);
  assert.equal(compare(body(tools, [history]), atEnd).member, 'tools..messages', 'both lie in that chunk');
  const inside = body(
    tools.replace(/.{1300}$/, (end) => end.toUpperCase()),
    [history, 'more'],
  );
  assert.equal(compare(body(tools, [history]), inside).member, 'tools');
  assert.equal(compare(body(tools, [history]), body(tools, [`${history}?`, 'more'])).member, 'messages');
});

test('a shorter body keeps what it repeats; a very long one is not compared', () => {
  const { kept, of } = compare(body('t', [words('long ')]), body('t', []));
  assert.ok(kept < of);
  assert.equal(printOf({ form: 'text', text: 'x'.repeat(4 * 1_024 * 1_024 + 1) }), undefined);
});

test('a mark is left out wherever it stands in its block', () => {
  const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
  const bare = { type: 'text', text: 'a' };
  assert.equal(withoutMarks(JSON.stringify([{ ...bare, ...mark }])), JSON.stringify([bare]));
  assert.equal(withoutMarks(JSON.stringify([{ ...mark, ...bare }])), JSON.stringify([bare]));
});

test('words that look like a mark are compared as they stand', () => {
  const quoted = (text: string) => body('t', [`,"cache_control":{"type":"ephemeral"} ${text}`]);
  assert.notEqual(withoutMarks(quoted('a')), withoutMarks(body('t', [' a'])));
});
