import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linesOf } from './prompt/lines.ts';
import { cleanPrompt } from './prompt.ts';

const textOf = (prompt: string): string => cleanPrompt(prompt).text;

test('escapes, control and invisible characters are gone', () => {
  assert.equal(textOf('\u001b[1;31mred\u001b[0m \u001b]0;title\u0007text'), 'red text');
  assert.equal(textOf('a\u0000b\u0008c\u007fd'), 'abcd');
  assert.equal(textOf('\ufeffze\u200bro\u202e wide\u00a0space'), 'zero wide space');
  assert.equal(textOf('half \ud83d of one'), 'half of one'.replace(' ', '  '));
});

test('what joins an emoji, a flag or a Persian word stays', () => {
  for (const text of ['👩‍🚀 flies', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 plays', 'می‌خواهم', '漢字　とかな']) {
    assert.equal(textOf(text), text);
  }
});

test('spaces go where no reader needs them, and stay where they lay something out', () => {
  assert.equal(
    textOf('Please fix  the test.  It fails.   \n\n\n\nThanks \n'),
    'Please fix the test. It fails.\n\nThanks\n',
  );
  for (const text of [
    '  if x:\n      return  1',
    '\tmake  all',
    '| a   | b  |',
    'Filesystem     Size  Used  Avail  Use  Mounted',
    'run `a  b`, please, and soon',
  ]) {
    assert.equal(textOf(text), text);
  }
});

test('a block that was pasted twice is told once', () => {
  const log = Array.from({ length: 9 }, (_, line) => `line ${line} of a log that somebody copied from a terminal`).join(
    '\n',
  );
  const { text, removed } = cleanPrompt(`Look:\n${log}\nand again:\n${log}\nWhy?`);
  assert.equal(text, `Look:\n${log}\nand again:\n[9 lines as above, once more]\nWhy?`);
  assert.deepEqual(removed, [{ what: 'repeated blocks', count: 1, characters: log.length - 29 }]);
});

test('what was removed is told by kind', () => {
  assert.deepEqual(cleanPrompt('a\u0000 \r\n\r\n\r\n\u001b[0mb').removed, [
    { what: 'control characters', count: 1, characters: 1 },
    { what: 'spaces at line ends', count: 1, characters: 1 },
    { what: 'line breaks of other systems', count: 3, characters: 3 },
    { what: 'terminal escapes', count: 1, characters: 4 },
    { what: 'empty lines', count: 1, characters: 1 },
  ]);
  assert.deepEqual(cleanPrompt('clean').removed, []);
});

const piece = fc.oneof(
  fc.constantFrom(
    '```',
    '```js',
    '~~~~',
    ' ',
    '  ',
    '\t',
    '\n',
    '\r\n',
    '\r',
    '\n\n\n',
    '\u001b[31m',
    '\u001b',
    '\u0000',
  ),
  fc.constantFrom(
    '\u00a0',
    '\u200b',
    '\u2028',
    '\ud83d',
    '`',
    'word',
    'Some words in a sentence.  And more',
    '    indented',
  ),
  fc.constant(
    `${'a line that is long enough to be a paste of something\n'.repeat(2)}and its end, which counts\n`.repeat(2),
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const prompts = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

test('cleaning is done once, never makes a prompt longer, and tells every character', () => {
  fc.assert(
    fc.property(prompts, (prompt) => {
      const { text, removed } = cleanPrompt(prompt);
      assert.equal(cleanPrompt(text).text, text);
      assert.equal(
        removed.reduce((sum, { characters }) => sum + characters, 0),
        prompt.length - text.length,
      );
      assert.ok(text.length <= prompt.length);
    }),
    { numRuns: 1_000 },
  );
});

test('code blocks stay as they are, byte by byte', () => {
  const codeOf = (text: string): string =>
    linesOf(text)
      .filter(({ fenced }) => fenced)
      .map((line) => line.text + line.end)
      .join('');
  fc.assert(
    fc.property(prompts, (prompt) => assert.equal(codeOf(textOf(prompt)), codeOf(prompt))),
    { numRuns: 1_000 },
  );
});

test('a large prompt is clean in no time', () => {
  const began = performance.now();
  for (const unit of [
    'same\n',
    '\u001b]',
    '\u001b[',
    'a  b ',
    '\r',
    '`',
    '~~~\n',
    'one line\nanother line of it\nthird\n',
  ]) {
    cleanPrompt(unit.repeat(300_000 / unit.length));
  }
  const ms = performance.now() - began;
  assert.ok(ms < 8_000, `${ms} ms`);
});
