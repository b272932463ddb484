import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preparePrompt } from './prepare-prompt.ts';

const BOTH = { clean: true, compress: true };
const LOG = Array.from(
  { length: 400 },
  (_, index) =>
    `2026-11-26 10:00:${String(index % 60).padStart(2, '0')} INFO worker-${index % 7}: heartbeat ${index} ok`,
).join('\n');
const FAILURE = '2026-11-26 10:07:00 ERROR worker-3: cannot open /srv/data/index.db: permission denied';

test('a short prompt stays what it is', () => {
  const prepared = preparePrompt({ prompt: 'Fix the failing test.', ...BOTH });
  assert.deepEqual(prepared, { text: 'Fix the failing test.', removed: [], compressed: [] });
});

test('escapes and doubled blanks go, code blocks stay byte by byte', () => {
  const code = '```ts\nconst a  = 1;   \n\n\n\nconst b = 2;\n```';
  const { text, removed } = preparePrompt({ prompt: `Look  at\u001b[31m this:   \n\n\n\n${code}\n`, ...BOTH });
  assert.ok(text.includes(code));
  assert.ok(!text.includes('\u001b'));
  assert.ok(removed.length > 0);
  const untouched = preparePrompt({ prompt: 'a   \n\n\n\nb', clean: false, compress: false });
  assert.equal(untouched.text, 'a   \n\n\n\nb');
});

test('what is piped in stands behind the prompt under a mark, folded, its failure word by word', () => {
  const { text, compressed } = preparePrompt({ prompt: 'Why?', piped: `${LOG}\n${FAILURE}\n`, ...BOTH });
  assert.match(text, /^Why\?\n\n<stdin>\n[\s\S]*\n<\/stdin>$/);
  assert.ok(text.includes(FAILURE));
  assert.ok(text.length < LOG.length / 2, `${text.length} of ${LOG.length}`);
  assert.equal(compressed.length, 1);
});

test('what is piped in loses its escapes and control characters, and nothing else', () => {
  const piped = '  a\u00a0b  \r\n\n\n\u001b[31mred\u001b[0m\tc\u0000d\u0007\n';
  const { text, removed } = preparePrompt({ prompt: 'Why?', piped, clean: true, compress: false });
  assert.equal(text, 'Why?\n\n<stdin>\n  a\u00a0b  \r\n\n\nred\tcd\n</stdin>');
  assert.deepEqual(
    removed.map(({ count }) => count),
    [2, 2],
  );
  assert.ok(preparePrompt({ prompt: 'Why?', piped, clean: false, compress: false }).text.includes('\u001b[31m'));
});

test('a log within a code block is folded between its marks', () => {
  const { text } = preparePrompt({ prompt: `Why?\n\`\`\`\n${LOG}\n${FAILURE}\n\`\`\`\nThanks.`, ...BOTH });
  assert.match(text, /^Why\?\n```\n[\s\S]*\n```\nThanks\.$/);
  assert.ok(text.includes(FAILURE));
  assert.ok(text.length < LOG.length / 2, `${text.length} of ${LOG.length}`);
});
