import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compressText } from '../../src/context/logs/compress.ts';
import { bootstrap } from '../../src/statistics/bootstrap.ts';
import { seededRandom } from '../../src/statistics/random.ts';
import { gunzipped } from '../data.ts';
import type { Evaluation, EvaluationOptions, Figure } from '../evaluation.ts';
import { estimateFigures } from './estimates.ts';
import { megabytesPerSecond } from './speed.ts';
import { measureSystem, SEED, type SystemResult } from './system.ts';
import { tokensOf } from './tokens-of.ts';

type Say = EvaluationOptions['say'];

/** Tokens of logs and of tests' output before and after compression, by the vocabulary `o200k_base`, and what of their
 *  failures, rare lines and answers is still there. */
export async function evaluate({ data, quick, say }: EvaluationOptions): Promise<Evaluation> {
  if (data === undefined) return { figures: [], notes: ['not measured: no data'] };
  const folder = join(data, 'loghub');
  const systems = readdirSync(folder).flatMap((name) => /^(.*)_2k\.log\.gz$/u.exec(name)?.[1] ?? []);
  const results = systems.map((system) => measureSystem(folder, system));
  for (const result of results) sayResult(result, say);
  const speed = quick ? [] : [speedFigure(folder, systems, say)];
  return {
    figures: [
      ...loghubFigures(results),
      ...testFigures(join(data, 'testlogs'), say),
      ...speed,
      ...estimateFigures(data),
    ],
    notes: NOTES,
  };
}

const NOTES = [
  'Failure: a line whose level is E, F, ERROR, FATAL, SEVERE, CRITICAL, ALERT or EMERG, or whose message has a word such as',
  'error, fail, exception, fatal, panic, abort, crash, refused or denied. Each kind of failure (EventId) must have such a line',
  'in the output, every character of it; its other lines are told by their number and the values of their parts.',
  'Rare: events (EventId) of one or two lines; each of these lines must be there, every character.',
  `Questions: drawn by seed ${SEED} from the tables of Loghub, up to 60 of each kind and system, answered by a program that`,
  'reads the compressed text as its header says: how many lines an event has, which values one of its parts has (up to 20),',
  'when it came first and last, which component a failure came from, and whether a word with digits occurs in a message (half do not).',
  "Output of tests: lines with such words, frames of Python, and pytest's lines that begin with E or >, each once at least.",
  'Tuned on all ten systems while the format was made, so these figures are no forecast for other logs; the test output',
  'was looked at, too. Intervals: bootstrap over systems. Speed: processor time of one process, garbage collection included.',
];

const atLeast = (at: number): NonNullable<Figure['bound']> => ({ at, side: 'at-least' });

function loghubFigures(results: readonly SystemResult[]): readonly Figure[] {
  const share = (
    name: string,
    at: number,
    part: (one: SystemResult) => number,
    all: (one: SystemResult) => number,
  ): Figure => {
    const { value, low, high } = bootstrap(
      results.length,
      (indexes) => {
        let [sum, whole] = [0, 0];
        for (const index of indexes) {
          const one = results[index];
          if (one === undefined) continue;
          sum += part(one);
          whole += all(one);
        }
        return whole === 0 ? 1 : sum / whole;
      },
      { random: seededRandom(SEED) },
    );
    return { name, value, low, high, bound: atLeast(at) };
  };
  const answered = ({ questions }: SystemResult): number => questions.filter((question) => question.answered).length;
  return [
    share(
      'Loghub, tokens saved',
      0.9,
      ({ before, after }) => before - after,
      ({ before }) => before,
    ),
    ...results.map(({ system, before, after }) => ({
      name: `Loghub ${system}, tokens saved`,
      value: 1 - after / before,
      bound: atLeast(0.6),
    })),
    share(
      'Loghub, kinds of failures told word by word',
      1,
      (one) => one.failuresTold,
      (one) => one.failures,
    ),
    share(
      'Loghub, lines of rare events told word by word',
      1,
      (one) => one.rareTold,
      (one) => one.rare,
    ),
    share('Loghub, questions answered', 0.98, answered, ({ questions }) => questions.length),
  ];
}

function sayResult(result: SystemResult, say: Say): void {
  const { system, before, after, failures, failuresTold, failureLines, failureLinesTold, rare, rareTold, questions } =
    result;
  const missed = questions.filter(({ answered }) => !answered);
  say(
    `${system}: ${before} -> ${after} tokens; failures: ${failuresTold} of ${failures} kinds, the very message of ` +
      `${failureLinesTold} of ${failureLines} lines; rare: ${rareTold} of ${rare} lines; questions: ` +
      `${questions.length - missed.length} of ${questions.length}`,
  );
  for (const { words } of missed.slice(0, 2)) say(`   not answered: ${words}`);
}

function speedFigure(folder: string, systems: readonly string[], say: Say): Figure {
  return {
    name: 'speed on long logs',
    value: megabytesPerSecond(folder, systems, say),
    unit: 'MB/s',
    bound: atLeast(20),
  };
}

/** What says in the output of tests that something failed, and where. */
const FAILED =
  /\b(?:FAIL|FAILED|FAILURE|ERROR|FATAL)\b|\b\w*(?:Error|Exception)\b|\berrors?\b|\bfail(?:ed|ure|s)?\b|^Traceback|^\s+File "|^E |^> /u;
/** Lines that a runner itself says to have passed, whatever word stands in a test's name. */
const PASSED = /^PASSED |(?: PASSED| \.\.\. ok)\s*$/u;

function testFigures(folder: string, say: Say): readonly Figure[] {
  let [before, after, failures, told] = [0, 0, 0, 0];
  for (const name of readdirSync(folder)) {
    const text = gunzipped(folder, name);
    const compressed = compressText(text).text;
    const kept = new Set(compressed.split('\n'));
    const failed = text.split('\n').filter((line) => FAILED.test(line) && !PASSED.test(line));
    const [whole, shorter] = [tokensOf(text), tokensOf(compressed)];
    before += whole;
    after += shorter;
    failures += failed.length;
    told += failed.filter((line) => kept.has(line)).length;
    say(`${name}: ${whole} -> ${shorter} tokens`);
  }
  return [
    { name: 'test output, tokens saved', value: 1 - after / before, bound: atLeast(0.55) },
    { name: 'test output, lines of failures told word by word', value: told / failures, bound: atLeast(1) },
  ];
}
