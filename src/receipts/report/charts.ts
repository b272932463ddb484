import type { Usage } from '../../ir/usage.ts';
import type { Estimate } from '../../statistics/bootstrap.ts';
import { VERDICTS } from '../receipt.ts';
import { escapeHtml } from './escape-html.ts';

/** Small pictures, drawn with attributes alone: the page's policy forbids styles on elements. Widths are percentages of
 *  the place that they stand in. */

/** A share and its range from 0 to 1, or a difference from −1 to 1 with a line at 0. @param words  for who cannot see it. */
export function intervalPlot(estimate: Estimate, scale: 'share' | 'difference', words: string): string {
  const at = (value: number): number => (scale === 'share' ? value * 100 : 50 + value * 50);
  const [low, value, high] = [at(estimate.low), at(estimate.value), at(estimate.high)];
  const axis = scale === 'difference' ? rect('axis', 49.85, 0, 0.3, 18) : '';
  return (
    `<svg class="plot" role="img" aria-label="${escapeHtml(words)}" preserveAspectRatio="none" viewBox="0 0 100 18">` +
    `${rect('track', 0, 7.5, 100, 3)}${axis}${rect('range', low, 5.5, Math.max(high - low, 0.4), 7)}` +
    `${rect('value', Math.min(Math.max(value - 0.45, 0), 99.1), 1, 0.9, 16)}</svg>`
  );
}

/** The classes of tokens side by side. @param most  what the full width stands for. */
export function tokenStack(tokens: Usage, most: number, words: string): string {
  const parts = [
    ['fresh', tokens.freshInput],
    ['read', tokens.cacheRead],
    ['write', tokens.cacheWrite],
    ['output', tokens.output],
  ] as const;
  let from = 0;
  const drawn = parts.map(([name, value]) => {
    const width = most === 0 ? 0 : (value / most) * 100;
    const bar = width === 0 ? '' : rect(name, from, 0, width, 10);
    from += width;
    return bar;
  });
  return `<svg class="stack" role="img" aria-label="${escapeHtml(words)}" preserveAspectRatio="none" viewBox="0 0 100 10">${drawn.join('')}</svg>`;
}

const SHAPES = {
  passed: '<circle cx="10" cy="10" r="9"/><path d="M5.6 10.4l3 3 5.8-6.2" class="cut"/>',
  failed: '<circle cx="10" cy="10" r="8"/><path d="M6.9 6.9l6.2 6.2M13.1 6.9l-6.2 6.2"/>',
  timeout: '<circle cx="10" cy="10" r="8"/><path d="M10 5.6v4.6l3.1 2"/>',
  error: '<path d="M10 2.2l8.3 15H1.7z"/><path d="M10 7.6v4.4M10 14.4v.2"/>',
} as const;

/** The four marks, drawn once; `mark` shows them. */
export function markSymbols(): string {
  const symbols = VERDICTS.map((verdict) => {
    const shape =
      verdict === 'passed'
        ? `<g fill="currentColor">${SHAPES.passed.replace(' class="cut"', ' fill="none" stroke="Canvas" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"')}</g>`
        : `<g fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${SHAPES[verdict]}</g>`;
    return `<symbol id="${verdict}" viewBox="0 0 20 20">${shape}</symbol>`;
  });
  return `<svg width="0" height="0" class="hidden" aria-hidden="true">${symbols.join('')}</svg>`;
}

export function mark(verdict: (typeof VERDICTS)[number]): string {
  return `<svg class="mark ${verdict}" aria-hidden="true"><use href="#${verdict}"/></svg>`;
}

function rect(name: string, x: number, y: number, width: number, height: number): string {
  return `<rect class="${name}" x="${short(x)}" y="${y}" width="${short(width)}" height="${height}"/>`;
}

function short(value: number): string {
  return String(Number(value.toFixed(3)));
}
