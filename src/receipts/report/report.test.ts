import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom, shuffled } from '../../statistics/random.ts';
import { analyse } from '../analysis/analyse.ts';
import type { Receipt } from '../receipt.ts';
import { readReceipts } from '../receipts-file.ts';
import { exampleReceipts, receiptOf } from '../testing/receipts.ts';
import { htmlReport } from './html.ts';
import { markdownReport } from './markdown.ts';

/** To make the reports anew after a change that is meant: `node src/receipts/testing/write-golden.ts`. */
const GOLDEN = join(import.meta.dirname, '../../../fixtures/receipts/three-models');
const golden = (name: string): string => readFileSync(join(GOLDEN, name), 'utf8');

test('the same receipts give the same bytes', () => {
  const { receipts } = readReceipts(join(GOLDEN, 'receipts.jsonl'));
  assert.deepEqual(receipts, exampleReceipts());
  const analysis = analyse(receipts);
  assert.equal(htmlReport(analysis), golden('report.html'));
  assert.equal(markdownReport(analysis), golden('report.md'));
});

test('the order in which the runs ended leaves no trace', () => {
  for (const seed of [1, 2, 3]) {
    const analysis = analyse(shuffled(exampleReceipts(), seededRandom(seed)));
    assert.equal(htmlReport(analysis), golden('report.html'));
    assert.equal(markdownReport(analysis), golden('report.md'));
  }
});

test('the page needs nothing but itself, and its policy forbids it anything else', () => {
  const page = golden('report.html');
  assert.doesNotMatch(page, /<script|<link|<img|<iframe|\bon\w+=|\bstyle=|@import|url\(|https?:/i);
  assert.match(page, /default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'/);
});

test('each tag that opens is closed', () => {
  const open: string[] = [];
  const tags = golden('report.html').matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g);
  for (const [whole, closing, name = '', itself] of tags) {
    if (itself === '/' || ['meta', 'br'].includes(name)) continue;
    if (closing === '/') assert.equal(open.pop(), name, whole);
    else open.push(name);
  }
  assert.deepEqual(open, []);
});

test('names of tasks and models are text, whatever they hold', () => {
  const analysis = analyse([receiptOf({ task: '<script>a|b', model: '"x" & *y*' }), receiptOf({ model: 'beta' })]);
  const page = htmlReport(analysis);
  assert.doesNotMatch(page, /<script/);
  assert.match(page, /&lt;script&gt;a\|b/);
  assert.match(page, /&quot;x&quot; &amp; \*y\*/);
  const text = markdownReport(analysis);
  assert.match(text, /\\<script\\>a\\\|b/);
  assert.match(text, /"x" & \\\*y\\\*/);
});

test('a report of nothing, of one run and of one model says so', () => {
  for (const receipts of [[], [receiptOf()], [receiptOf(), receiptOf({ task: 'other', verdict: 'failed' })]]) {
    const analysis = analyse(receipts);
    for (const report of [htmlReport(analysis), markdownReport(analysis)]) {
      assert.doesNotMatch(report, /NaN|undefined|Infinity/);
      assert.match(
        report,
        [/No run has been made yet/, /alpha passed 1 of 1 task/, /alpha passed 1 of 2 tasks/][receipts.length] ??
          /never/,
      );
    }
  }
});

test('too few tasks are told, and no winner is named', () => {
  const runs = ['one', 'two', 'three'].flatMap((task): Receipt[] => [
    receiptOf({ task, model: 'alpha', verdict: 'passed' }),
    receiptOf({ task, model: 'beta', verdict: 'failed', checkExit: 1 }),
  ]);
  const text = markdownReport(analyse(runs));
  assert.match(text, /cannot be told apart by fewer than 6 tasks/);
  assert.match(text, /so few tasks cannot tell them apart, however they fall/);
});
