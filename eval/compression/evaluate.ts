import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { compressText } from '../../src/context/logs/compress.ts';
import { gunzipped } from '../data.ts';
import type { Evaluation, EvaluationOptions } from '../evaluation.ts';

/** Tokens of logs before and after compression, by the vocabulary `o200k_base`. */
export async function evaluate({ data, say }: EvaluationOptions): Promise<Evaluation> {
  if (data === undefined) return { figures: [], notes: ['not measured: no data'] };
  let before = 0;
  let after = 0;
  for (const name of readdirSync(join(data, 'loghub')).filter((file) => file.endsWith('.log.gz'))) {
    const log = gunzipped(join(data, 'loghub'), name);
    const { text, kind } = compressText(log);
    const [whole, shorter] = [countTokens(log), countTokens(text)];
    say(`${name} (${kind}): ${whole} -> ${shorter} tokens`);
    before += whole;
    after += shorter;
  }
  const saved = 1 - after / before;
  return {
    figures: [{ name: 'Loghub, tokens saved', value: saved, bound: { at: 0.9, side: 'at-least' } }],
    notes: [],
  };
}
