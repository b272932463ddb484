import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { appendReceipt, ReceiptsError, readReceipts } from './receipts-file.ts';
import { folderFor } from './testing/folder.ts';
import { receiptOf } from './testing/receipts.ts';

const place = (t: TestContext): string => join(folderFor(t), 'receipts.jsonl');

const [first, second] = [receiptOf(), receiptOf({ run: 'compare-2', model: 'beta', verdict: 'failed', checkExit: 1 })];

test('what is appended is read again, one line each', (t) => {
  const file = place(t);
  assert.deepEqual(readReceipts(file), { receipts: [], torn: 0 });
  appendReceipt(file, first);
  appendReceipt(file, second);
  assert.deepEqual(readReceipts(file), { receipts: [first, second], torn: 0 });
  assert.equal(readFileSync(file, 'utf8').split('\n').length, 3);
});

test('a crash at any byte of a line loses that receipt alone, and the next one is whole', (t) => {
  const file = place(t);
  appendReceipt(file, first);
  const before = readFileSync(file).length;
  appendReceipt(file, second);
  const whole = readFileSync(file);
  for (const cut of [1, 2, Math.floor((whole.length - before) / 2), whole.length - before - 1]) {
    writeFileSync(file, whole);
    truncateSync(file, before + cut);
    assert.deepEqual(readReceipts(file), { receipts: [first], torn: cut });
    appendReceipt(file, second);
    assert.deepEqual(readFileSync(file), whole);
  }
});

test('a line within the file that is no receipt is refused with its number', (t) => {
  for (const [line, words] of [
    ['{"receipt":1', /:2: is no receipt/],
    [JSON.stringify({ ...first, verdict: 'perfect' }), /:2: is no receipt .*\(verdict: /],
    [JSON.stringify({ ...first, receipt: 2 }), /:2: is no receipt .*\(receipt: /],
  ] as const) {
    const file = place(t);
    appendReceipt(file, first);
    appendFileSync(file, `${line}\n`);
    assert.throws(
      () => readReceipts(file),
      (error) => error instanceof ReceiptsError && words.test(error.message) && error.mend !== '',
    );
  }
});
