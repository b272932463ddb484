import { quantile } from '../../statistics/quantile.ts';
import type { Receipt } from '../receipt.ts';
import { mark } from './charts.ts';
import { escapeHtml } from './escape-html.ts';
import { list, money, time, UNKNOWN } from './figures.ts';
import { VERDICT_WORDS } from './words.ts';

/** One task on one model: a mark for each run, with the median time and cost. */
export function passedTask(runs: readonly Receipt[], task: string, model: string): string {
  const own = runs.filter((run) => run.task === task && run.model === model);
  if (own.length === 0) return `<span class="soft">${UNKNOWN}<span class="hidden"> not run</span></span>`;
  const words = list(own.map(wordsOf));
  const costs = own.flatMap((run) => run.costNanoUsd ?? []);
  const cost = costs.length < own.length ? '' : ` · ${money(quantile(costs, 0.5))}`;
  const spent = `${time(
    quantile(
      own.map((run) => run.times.totalMs),
      0.5,
    ),
  )}${cost}`;
  const marks = own.map(({ verdict }) => mark(verdict)).join('');
  return `<span class="marks" title="${escapeHtml(words)}">${marks}</span><span class="hidden">${escapeHtml(words)}</span> <span class="soft small">${spent}</span>`;
}

/** `failed the check (exit 1)` */
function wordsOf({ verdict, stage, checkExit, codexExit, failureKind }: Receipt): string {
  const detail = [
    ...(verdict === 'failed' && typeof checkExit === 'number' ? [`exit ${checkExit}`] : []),
    ...(verdict === 'error' && typeof codexExit === 'number' ? [`Codex exit ${codexExit}`] : []),
    ...(stage === undefined || verdict === 'passed' || verdict === 'failed' ? [] : [stage]),
    ...(failureKind === undefined ? [] : [failureKind]),
  ];
  return `${VERDICT_WORDS[verdict]}${detail.length === 0 ? '' : ` (${detail.join(', ')})`}`;
}
