/** Writes the golden receipts and their reports anew, for a person to look at the difference. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyse } from '../analysis/analyse.ts';
import { htmlReport } from '../report/html.ts';
import { markdownReport } from '../report/markdown.ts';
import { exampleReceipts } from './receipts.ts';

const folder = join(import.meta.dirname, '../../../fixtures/receipts/three-models');
const receipts = exampleReceipts();
writeFileSync(join(folder, 'receipts.jsonl'), receipts.map((receipt) => `${JSON.stringify(receipt)}\n`).join(''));
writeFileSync(join(folder, 'report.html'), htmlReport(analyse(receipts)));
writeFileSync(join(folder, 'report.md'), markdownReport(analyse(receipts)));
