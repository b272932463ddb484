import type { Analysis } from '../analysis/analyse.ts';
import type { Receipt } from '../receipt.ts';
import { count, list, moment, money, percent, plural, range, time, tokens } from './figures.ts';
import { caveat, headline, howToRead, notes, passedOf, passWords, ratioWords, scope } from './words.ts';

const MARKS = { passed: '✓', failed: '✗', timeout: 'late', error: 'error' } as const;

/** The report as Markdown: for a pull request or a terminal. The same analysis gives the same bytes. */
export function markdownReport(analysis: Analysis): string {
  const { runs } = analysis;
  const sections = runs.length === 0 ? [] : [models(analysis), pairs(analysis), tasks(analysis), spent(analysis)];
  const told = notes(analysis).map((note) => `- ${note}`);
  return [
    `# ${escapeMarkdown(headline(analysis))}`,
    escapeMarkdown(scope(analysis)),
    ...(runs.length === 0 ? [] : [`> ${escapeMarkdown(caveat(analysis))}`]),
    ...(told.length === 0 ? [] : [escapeMarkdown(told.join('\n'))]),
    ...sections.filter((section) => section !== ''),
    ...(runs.length === 0 ? [] : [reading(analysis), provenance(analysis)]),
  ]
    .join('\n\n')
    .concat('\n');
}

function models({ models: rows }: Analysis): string {
  const head = ['model', 'passed', 'share', '95% range', 'cost', 'per pass', 'median time', 'first token'];
  return `## Models\n\n${table(
    head,
    rows.map((row) => [
      row.model,
      passedOf(row),
      percent(row.passRate.value),
      range(row.passRate, percent),
      row.priced === row.runs || row.priced === 0
        ? money(row.costNanoUsd)
        : `${money(row.costNanoUsd)} (${row.priced} of ${row.runs} runs)`,
      money(row.passedCost),
      time(row.medianMs),
      time(row.firstTokenMs),
    ]),
  )}`;
}

function pairs({ pairs: all }: Analysis): string {
  if (all.length === 0) return '';
  const items = all.map((pair) => {
    const lines = [passWords(pair), ...ratioWords(pair)].map((line) => `- ${escapeMarkdown(line)}`);
    return `### ${escapeMarkdown(pair.first)} against ${escapeMarkdown(pair.second)}\n\n${lines.join('\n')}`;
  });
  return `## Differences\n\n${items.join('\n\n')}`;
}

function tasks({ tasks: names, models: columns, runs }: Analysis): string {
  const cell = (task: string, model: string): string => {
    const own = runs.filter((run) => run.task === task && run.model === model);
    return own.map(mark).join(' ');
  };
  return `## Tasks\n\n${table(
    ['task', ...columns.map(({ model }) => model)],
    names.map((task) => [task, ...columns.map(({ model }) => cell(task, model) || ' ')]),
  )}`;
}

function mark(run: Receipt): string {
  return MARKS[run.verdict];
}

function spent({ models: rows }: Analysis): string {
  const head = ['model', 'fresh input', 'cache read', 'cache write', 'output', 'of it reasoning', 'requests', 'turns'];
  const more = ['model', 'failed', 'late', 'error', 'failed attempts', 'tool calls', 'malformed', 'failed patches'];
  return [
    '## Tokens',
    table(
      head,
      rows.map(({ model, tokens: sum, requests, turns }) => [
        model,
        ...[sum.freshInput, sum.cacheRead, sum.cacheWrite, sum.output, sum.reasoning].map(tokens),
        count(requests),
        count(turns),
      ]),
    ),
    '## What went wrong',
    table(
      more,
      rows.map(({ model, verdicts, attempts, toolCalls }) => [
        model,
        ...[verdicts.failed, verdicts.timeout, verdicts.error].map(count),
        `${count(attempts.failed)} of ${count(attempts.made)}`,
        ...[toolCalls.made, toolCalls.malformed, toolCalls.failedPatches].map(count),
      ]),
    ),
  ].join('\n\n');
}

function reading(analysis: Analysis): string {
  const items = howToRead(analysis).map(([term, words]) => `- **${term}** ${escapeMarkdown(words)}`);
  return `## How to read this\n\n${items.join('\n')}`;
}

function provenance({ made, models: rows, runs }: Analysis): string {
  const served = rows.map(({ model, served: by }) => {
    const names = by.map((one) => `${one.provider}/${one.model} (${plural(one.requests, 'request')})`);
    return `- ${model} was served by ${names.length === 0 ? 'nobody' : list(names)}.`;
  });
  return [
    '## Made with',
    [
      `- ${plural(runs.length, 'receipt')}, from ${moment(made.from)} to ${moment(made.to)}.`,
      `- Plugboard ${list(made.plugboard)}, Codex ${list(made.codex)}.`,
      ...served,
      `- Prices: ${made.priceSources.length === 0 ? 'none was known' : list(made.priceSources)}; table ${list(made.priceTables)}.`,
      `- config.yaml, SHA-256: ${list(made.configHashes)}.`,
    ]
      .map(escapeMarkdown)
      .join('\n'),
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cellText).join(' | ')} |`;
  const rule = `|${head.map((_, index) => (index === 0 ? '---' : '---:')).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function cellText(text: string): string {
  return escapeMarkdown(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** Names are the user's own, and may hold what Markdown would take for its own. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_<>[\]]/g, '\\$&');
}
