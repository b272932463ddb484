import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { parseJson } from '../ir/json.ts';
import { type Receipt, receiptSchema } from './receipt.ts';

/** The receipts of a file.
 *  @property torn  bytes at its end that a crash left: the beginning of a receipt without its line end. */
export type ReadReceipts = { readonly receipts: readonly Receipt[]; readonly torn: number };

/** A line that is no receipt, before the end of the file: no crash does that, so nothing is guessed.
 *  @property mend  what to do about it. */
export class ReceiptsError extends Error {
  override readonly name = 'ReceiptsError';
  readonly mend: string;

  constructor(message: string, mend: string) {
    super(message);
    this.mend = mend;
  }
}

/** A file that is not there holds no receipt. @throws ReceiptsError */
export function readReceipts(file: string): ReadReceipts {
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { receipts: [], torn: 0 };
    throw error;
  }
  const whole = text.lastIndexOf(0x0a) + 1;
  const lines = text.toString('utf8', 0, whole).split('\n');
  const receipts = lines.flatMap((line, index) => (line.trim() === '' ? [] : [receiptOf(line, file, index + 1)]));
  return { receipts, torn: text.length - whole };
}

function receiptOf(line: string, file: string, number: number): Receipt {
  const parsed = receiptSchema.safeParse(parseJson(line), { jitless: true });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
  throw new ReceiptsError(
    `${file}:${number}: is no receipt that this version knows${where}`,
    'Write into another folder with --out, or take that line out.',
  );
}

/** Appends a receipt as one line, and returns once it is on the disk. What a crash left of a line before is cut off: it
 *  was never a receipt, and behind it the next one would be none either. */
export function appendReceipt(file: string, receipt: Receipt): void {
  cutTorn(file);
  const line = Buffer.from(`${JSON.stringify(receiptSchema.parse(receipt, { jitless: true }))}\n`);
  const handle = openSync(file, 'a', 0o600);
  try {
    for (let written = 0; written < line.length; ) written += writeSync(handle, line, written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function cutTorn(file: string): void {
  if (!existsSync(file) || endsWithLine(file)) return;
  truncateSync(file, readFileSync(file).lastIndexOf(0x0a) + 1);
}

function endsWithLine(file: string): boolean {
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const last = Buffer.alloc(1);
    return size === 0 || (readSync(handle, last, 0, 1, size - 1) === 1 && last[0] === 0x0a);
  } finally {
    closeSync(handle);
  }
}
