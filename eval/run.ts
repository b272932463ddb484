/** Measures the product's own judgement on public data: `npm run eval -- [NAME...] [--quick]`. */
import { dataFolder } from './data.ts';
import type { Evaluation, EvaluationOptions, Figure } from './evaluation.ts';

type Evaluate = (options: EvaluationOptions) => Promise<Evaluation>;

const EVALUATIONS: Readonly<Record<string, () => Promise<{ readonly evaluate: Evaluate }>>> = {
  routing: () => import('./routing/evaluate.ts'),
  agentic: () => import('./agentic/evaluate.ts'),
  dispatch: () => import('./dispatch/evaluate.ts'),
  adaptive: () => import('./adaptive/evaluate.ts'),
  compression: () => import('./compression/evaluate.ts'),
};

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const asked = words.filter((word) => !word.startsWith('--'));
const unknown = asked.filter((name) => !(name in EVALUATIONS));
if (unknown.length > 0) {
  console.error(`There is no evaluation ${unknown.join(', ')}. There are: ${Object.keys(EVALUATIONS).join(', ')}.`);
  process.exit(2);
}
const data = dataFolder();
if (data === undefined) console.log('not run: the public data is not beside the checkout (../shared/data).');

let missed = 0;
for (const [name, load] of Object.entries(EVALUATIONS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n== ${name}${quick ? ' (quick: not to be reported)' : ''}`);
  const startedAt = performance.now();
  const { evaluate } = await load();
  const { figures, notes } = await evaluate({ data, quick, say: (line) => console.log(`   ${line}`) });
  for (const figure of figures) {
    if (misses(figure)) missed += 1;
    console.log(figureLine(figure));
  }
  for (const note of notes) console.log(`   ${note}`);
  console.log(`   ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
}
if (missed > 0) console.log(`\n${missed} ${missed === 1 ? 'figure misses its' : 'figures miss their'} bound.`);

function figureLine(figure: Figure): string {
  const unit = figure.unit === undefined ? '' : ` ${figure.unit}`;
  const interval =
    figure.low === undefined || figure.high === undefined ? '' : ` [${rounded(figure.low)}, ${rounded(figure.high)}]`;
  const bound =
    figure.bound === undefined
      ? ''
      : `   ${misses(figure) ? 'MISSES' : 'meets'} ${figure.bound.side.replace('-', ' ')} ${figure.bound.at}`;
  return `${figure.name}: ${rounded(figure.value)}${interval}${unit}${bound}`;
}

function misses({ value, bound }: Figure): boolean {
  if (bound === undefined) return false;
  return bound.side === 'at-least' ? !(value >= bound.at) : !(value <= bound.at);
}

function rounded(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(1) : value.toPrecision(4);
}
