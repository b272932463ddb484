import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { estimateBodyTokens, estimateTokens } from '../../src/context/estimate.ts';
import { quantile } from '../../src/statistics/quantile.ts';
import { gunzipped } from '../data.ts';
import type { Figure } from '../evaluation.ts';
import { tokensOf } from './tokens-of.ts';

/** Characters of one text that is estimated. */
const PIECE = 4_000;
const PIECES = 200;

/** How far off the estimate of tokens is, on texts that its table was not fitted to. */
export function estimateFigures(data: string): readonly Figure[] {
  const files = (folder: string, end: string): readonly string[] =>
    readdirSync(join(data, folder))
      .filter((name) => name.endsWith(end))
      .map((name) => gunzipped(join(data, folder), name));
  const rows = (folder: string, name: string): readonly string[] => gunzipped(join(data, folder), name).split('\n');
  return [
    ...figuresOf('logs', files('loghub', '.log.gz')),
    ...figuresOf('output of tests', files('testlogs', '.txt.gz')),
    ...figuresOf('issues, English and code', rows('swebench', 'verified_problem_statements.jsonl.gz')),
    speedOf(files('loghub', '.log.gz').join('')),
  ];
}

function figuresOf(kind: string, texts: readonly string[]): readonly Figure[] {
  const pieces = texts.flatMap((text) =>
    Array.from({ length: Math.ceil(text.length / PIECE) }, (_, at) => text.slice(at * PIECE, (at + 1) * PIECE)),
  );
  const step = Math.max(1, Math.floor(pieces.length / PIECES));
  const errors = pieces
    .filter((piece, index) => index % step === 0 && piece.length > PIECE / 4)
    .map((piece) => Math.abs(estimateTokens(piece) / tokensOf(piece) - 1));
  return [
    { name: `estimate of tokens, ${kind}, error at the median`, value: quantile(errors, 0.5) },
    { name: `estimate of tokens, ${kind}, error at p95`, value: quantile(errors, 0.95) },
  ];
}

const BODY = 100 * 1024;
const RUNS = 200;

function speedOf(text: string): Figure {
  const body = Buffer.from(JSON.stringify({ input: text.slice(0, BODY) })).subarray(0, BODY);
  const times = Array.from({ length: RUNS }, () => {
    const began = performance.now();
    estimateBodyTokens(body);
    return performance.now() - began;
  });
  return {
    name: 'estimate of a body of 100 KB, p50',
    value: quantile(times, 0.5),
    unit: 'ms',
    bound: { at: 1, side: 'at-most' },
  };
}
