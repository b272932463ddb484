import { createHash } from 'node:crypto';
import { totalInput } from '../../ir/usage.ts';
import type { Analysis } from '../analysis/analyse.ts';
import { VERDICTS } from '../receipt.ts';
import { passedTask } from './cells.ts';
import { intervalPlot, mark, markSymbols, tokenStack } from './charts.ts';
import { escapeHtml as text } from './escape-html.ts';
import { count, list, moment, money, percent, plural, points, range, time, tokens } from './figures.ts';
import { STYLE } from './style.ts';
import { caveat, headline, howToRead, notes, passedOf, passWords, ratioWords, scope, VERDICT_WORDS } from './words.ts';

/** The report as one page that needs nothing else: no script, no picture, no font, no other host. The same analysis gives
 *  the same bytes. */
export function htmlReport(analysis: Analysis): string {
  const { runs } = analysis;
  const told = notes(analysis).map((note) => `<li>${text(note)}</li>`);
  const list = told.length === 0 ? '' : `<ul>${told.join('')}</ul>`;
  const sections =
    runs.length === 0
      ? []
      : [
          models(analysis),
          pairs(analysis),
          tasks(analysis),
          spent(analysis),
          wrong(analysis),
          reading(analysis),
          made(analysis),
        ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${sha256(STYLE)}'; base-uri 'none'; form-action 'none'">
<meta name="generator" content="plugboard compare">
<title>${text(headline(analysis))}</title>
<style>${STYLE}</style>
</head>
<body>
${markSymbols()}
<header>
<div class="brand">Plugboard compare</div>
<h1>${text(headline(analysis))}</h1>
<p class="soft">${text(scope(analysis))}</p>
${runs.length === 0 ? '' : `<div class="caveat"><p>${text(caveat(analysis))}</p>${list}</div>`}
</header>
<main>
${sections.filter((section) => section !== '').join('\n')}
</main>
<footer>Made from the receipts alone, without the prompts: the same receipts give this page again, byte for byte.</footer>
</body>
</html>
`;
}

const HUES = 6;

function hue(analysis: Analysis, model: string): string {
  return `hue${
    Math.max(
      0,
      analysis.models.findIndex((row) => row.model === model),
    ) % HUES
  }`;
}

function named(analysis: Analysis, model: string): string {
  return `<span class="name"><span class="dot ${hue(analysis, model)}"></span><span>${text(model)}</span></span>`;
}

function models(analysis: Analysis): string {
  const cards = analysis.models.map((row) => {
    const share = percent(row.passRate.value);
    const words = `${share} passed, 95% range ${range(row.passRate, percent)}`;
    const part = row.priced === row.runs || row.priced === 0 ? '' : ` of ${row.priced} of ${row.runs} runs`;
    const facts = [
      ['passed', passedOf(row)],
      [`cost${part}`, money(row.costNanoUsd)],
      ['cost per passed run', money(row.passedCost)],
      ['median time', time(row.medianMs)],
      ['slowest', time(row.slowestMs)],
      ['first token', time(row.firstTokenMs)],
      ['tokens in', tokens(totalInput(row.tokens))],
      ['tokens out', tokens(row.tokens.output)],
    ].map(([term, fact]) => `<dt>${term}</dt><dd>${text(fact ?? '')}</dd>`);
    return `<article class="card"><h3>${named(analysis, row.model)}</h3>
<div class="share"><b>${share}</b><span class="soft small">${text(range(row.passRate, percent))}</span></div>
<div class="${hue(analysis, row.model)}">${intervalPlot(row.passRate, 'share', words)}</div>
<dl class="facts">${facts.join('')}</dl></article>`;
  });
  return section('Models', `<div class="cards">${cards.join('\n')}</div>`);
}

function pairs(analysis: Analysis): string {
  if (analysis.pairs.length === 0) return '';
  const rows = analysis.pairs.map((pair) => {
    const { first, second, difference } = pair;
    const plot =
      difference === undefined
        ? ''
        : `<div class="scale"><span>${text(second)} better</span><span>${text(first)} better</span></div>
<div class="${hue(analysis, difference.value < 0 ? second : first)}">${intervalPlot(difference, 'difference', `difference of ${points(difference.value)} points, 95% range ${range(difference, points)}`)}</div>
<div class="scale"><span>−100 points</span><span>0</span><span>+100</span></div>`;
    const [passes = '', ...others] = [passWords(pair), ...ratioWords(pair)];
    return `<div class="pair"><div><h3>${text(first)} against ${text(second)}</h3>${plot}</div>
<div><p>${text(passes)}</p>${others.map((line) => `<p class="soft">${text(line)}</p>`).join('')}</div></div>`;
  });
  return section('Differences', `<div>${rows.join('\n')}</div>`);
}

function tasks(analysis: Analysis): string {
  const head = [
    '<th scope="col">task</th>',
    ...analysis.models.map((row) => `<th scope="col" class="cell">${named(analysis, row.model)}</th>`),
  ];
  const rows = analysis.tasks.map((task) => {
    const cells = analysis.models.map(({ model }) => `<td class="cell">${passedTask(analysis.runs, task, model)}</td>`);
    return `<tr><th scope="row">${text(task)}</th>${cells.join('')}</tr>`;
  });
  const legend = VERDICTS.map((verdict) => `<li>${mark(verdict)}${VERDICT_WORDS[verdict]}</li>`);
  return section('Tasks', `${table('Tasks by model', head, rows)}<ul class="legend">${legend.join('')}</ul>`);
}

const CLASSES = [
  ['fresh', 'fresh input'],
  ['read', 'read from the cache'],
  ['write', 'written to the cache'],
  ['output', 'output'],
] as const;

function spent(analysis: Analysis): string {
  const most = Math.max(...analysis.models.map(({ tokens: sum }) => totalInput(sum) + sum.output));
  const head = ['model', '', 'fresh', 'cache read', 'cache write', 'output', 'of it reasoning', 'requests', 'turns'];
  const rows = analysis.models.map(({ model, tokens: sum, requests, turns }) => {
    const cells = [sum.freshInput, sum.cacheRead, sum.cacheWrite, sum.output, sum.reasoning].map(tokens);
    const stack = tokenStack(sum, most, `${tokens(totalInput(sum) + sum.output)} tokens`);
    return `<tr><th scope="row">${named(analysis, model)}</th><td class="wide">${stack}</td>${[...cells, count(requests), count(turns)].map(td).join('')}</tr>`;
  });
  const legend = CLASSES.map(([name, words]) => `<li><span class="key ${name}"></span>${words}</li>`);
  return section('Tokens', `${table('Tokens by model', head.map(th), rows)}<ul class="legend">${legend.join('')}</ul>`);
}

function wrong(analysis: Analysis): string {
  const head = [
    'model',
    'failed the check',
    'not in time',
    'errors',
    'failed attempts',
    'tool calls',
    'malformed',
    'failed patches',
  ];
  const rows = analysis.models.map(({ model, verdicts, attempts, toolCalls }) => {
    const cells = [
      count(verdicts.failed),
      count(verdicts.timeout),
      count(verdicts.error),
      `${count(attempts.failed)} of ${count(attempts.made)}`,
      count(toolCalls.made),
      count(toolCalls.malformed),
      count(toolCalls.failedPatches),
    ];
    return `<tr><th scope="row">${named(analysis, model)}</th>${cells.map(td).join('')}</tr>`;
  });
  return section('What went wrong', table('What went wrong, by model', head.map(th), rows));
}

function reading(analysis: Analysis): string {
  const items = howToRead(analysis).map(([term, words]) => `<div><dt>${text(term)}</dt> <dd>${text(words)}</dd></div>`);
  return section('How to read this', `<dl class="reading">${items.join('')}</dl>`);
}

function made({ made: by, models: rows, runs }: Analysis): string {
  const facts: readonly (readonly [string, string])[] = [
    ['Receipts', text(`${count(runs.length)}, from ${moment(by.from)} to ${moment(by.to)}`)],
    ['Plugboard', text(list(by.plugboard))],
    ['Codex', text(list(by.codex))],
    ...rows.map(({ model, served }): readonly [string, string] => {
      const names = served.map((one) => `${one.provider}/${one.model} (${plural(one.requests, 'request')})`);
      return [text(model), text(names.length === 0 ? 'served by nobody' : `served by ${list(names)}`)];
    }),
    [
      'Prices',
      text(`${by.priceSources.length === 0 ? 'none was known' : list(by.priceSources)}; table ${list(by.priceTables)}`),
    ],
    ['config.yaml', by.configHashes.map((hash) => `<code>SHA-256 ${text(hash)}</code>`).join(' ')],
  ];
  const items = facts.map(([term, fact]) => `<dt>${term}</dt><dd>${fact}</dd>`);
  return section('Made with', `<dl class="made">${items.join('')}</dl>`);
}

function section(title: string, body: string): string {
  return `<section><h2>${title}</h2>\n${body}</section>`;
}

function table(words: string, head: readonly string[], rows: readonly string[]): string {
  return `<div class="scroll" role="region" aria-label="${text(words)}" tabindex="0"><table><thead><tr>${head.join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`;
}

function th(title: string): string {
  return title === '' ? '<td></td>' : `<th scope="col">${title}</th>`;
}

function td(cell: string): string {
  return `<td>${text(cell)}</td>`;
}

function sha256(source: string): string {
  return createHash('sha256').update(source).digest('base64');
}
