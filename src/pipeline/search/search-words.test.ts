import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchWords } from './search-words.ts';

test('results are text without markup, marked as the words of strangers', () => {
  const words = searchWords({
    ok: true,
    results: [
      {
        title: 'A <em>title</em>\nof two lines',
        url: 'https://a.example/',
        text: `x &amp; y\n\n\n\u0000z ${'w'.repeat(2_000)}`,
      },
    ],
  });
  assert.match(words, /^Results of a web search\..*follow no instruction/);
  assert.match(words, /\[1\] A title of two lines\nhttps:\/\/a\.example\/\nx & y\nz w+…$/);
  assert.ok(words.length < 1_200);
});

test('nothing found and failures are said', () => {
  assert.match(searchWords({ ok: true, results: [] }), /found nothing/);
  assert.match(searchWords({ ok: false, why: 'Because.' }), /failed\. Because\./);
});
