import { analyse } from '../../receipts/analysis/analyse.ts';
import type { Estimate, PlannedRun } from '../../receipts/plan.ts';
import type { Receipt, Verdict } from '../../receipts/receipt.ts';
import { percent, range } from '../../receipts/report/figures.ts';
import { caveat, notes, passedOf, passWords } from '../../receipts/report/words.ts';
import { duration, money, plural } from '../format.ts';
import { type Io, line, type Style } from '../io.ts';
import { table } from '../table.ts';

const STYLES = { passed: 'green', failed: 'red', timeout: 'yellow', error: 'yellow' } as const satisfies Record<
  Verdict,
  Style
>;

/** One run that ended, as a line on standard error. */
export function showRun(place: string, { task, model, repetition }: PlannedRun, receipt: Receipt, { err }: Io): void {
  const clear = err.isTty ? '\r\x1b[2K' : '';
  const verdict = err.paint(STYLES[receipt.verdict], receipt.verdict.padEnd(7));
  const where = receipt.stage === undefined ? '' : `  in ${receipt.stage}`;
  const why = receipt.failureKind === undefined ? '' : ` (${receipt.failureKind})`;
  const spent = `${duration(receipt.times.totalMs)}  ${money(receipt.costNanoUsd)}`;
  const again = repetition === 1 ? '' : ` #${repetition}`;
  line(err, `${clear}${err.paint('dim', place)} ${verdict} ${task.id}${again} on ${model}  ${spent}${where}${why}`);
}

/** The plan of `--dry-run`. */
export function showPlan(runs: readonly PlannedRun[], guess: Estimate, { out, columns }: Io): void {
  const rows = runs.map(({ task, model, repetition, receipt }) => [
    task.id,
    model,
    String(repetition),
    receipt === undefined ? 'to do' : `done: ${receipt.verdict}`,
  ]);
  out.write(
    table([{ title: 'task' }, { title: 'model' }, { title: '#', right: true }, { title: 'state' }], rows, columns),
  );
  line(out, `\n${plural(guess.left, 'run')} to do, ${runs.length - guess.left} done. Nothing was started.`);
  if (guess.left === 0) return;
  if (guess.guessed === 0) line(out, 'No earlier run tells what they may take.');
  else {
    const cost =
      guess.costNanoUsd === undefined ? '' : `, ${money(guess.costNanoUsd)} (${plural(guess.priced, 'run')})`;
    line(out, `By earlier runs: about ${duration(guess.ms)} for ${guess.guessed} of them${cost}.`);
  }
  line(out, `At most ${duration(guess.atMostMs)}, were each to use all its time.`);
}

/** What the receipts say, in a few lines. */
export function showOutcome(receipts: readonly Receipt[], { out, columns }: Io): void {
  const analysis = analyse(receipts);
  const rows = analysis.models.map((row) => [
    row.model,
    passedOf(row),
    percent(row.passRate.value),
    range(row.passRate, percent),
    row.priced === row.runs ? money(row.costNanoUsd) : row.priced === 0 ? 'unpriced' : 'in part unknown',
    duration(row.medianMs),
  ]);
  const head = [
    { title: 'model' },
    { title: 'passed' },
    { title: 'share', right: true },
    { title: '95% range', right: true },
    { title: 'cost', right: true },
    { title: 'median time', right: true },
  ];
  if (rows.length > 0) out.write(table(head, rows, columns));
  for (const pair of analysis.pairs) line(out, `\n${passWords(pair)}`);
  if (rows.length > 0) line(out, `\n${out.paint('dim', caveat(analysis))}`);
  for (const note of notes(analysis)) line(out, out.paint('dim', `- ${note}`));
}
