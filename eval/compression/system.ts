import { compressText } from '../../src/context/logs/compress.ts';
import { seededRandom } from '../../src/statistics/random.ts';
import { isFailure, readSystem } from './loghub.ts';
import { type Question, questionsOf } from './questions.ts';
import { readCompressed } from './reader.ts';
import { tokensOf } from './tokens-of.ts';

/** What one system's sample became, and what can still be told from it. */
export type SystemResult = {
  readonly system: string;
  readonly before: number;
  readonly after: number;
  /** Kinds of failures (events), and those of which a line that fails stands there word by word. */
  readonly failures: number;
  readonly failuresTold: number;
  /** Lines of failures whose words, apart from the line's time and process, stand there: for information. */
  readonly failureLines: number;
  readonly failureLinesTold: number;
  /** Lines of events that came once or twice, and those that stand there word by word. */
  readonly rare: number;
  readonly rareTold: number;
  readonly questions: readonly (Question & { readonly answered: boolean })[];
};

export const SEED = 20_261_126;

export function measureSystem(folder: string, system: string): SystemResult {
  const { text, lines } = readSystem(folder, system);
  const compressed = compressText(text).text;
  const told = new Set(compressed.split('\n').map((line) => line.replace(/ \[×\d+\]$/u, '')));
  const events = [...Map.groupBy(lines, ({ event }) => event).values()];
  const failures = events.map((own) => own.filter(isFailure)).filter((own) => own.length > 0);
  const rare = events.filter((own) => own.length <= 2).flat();
  const reading = readCompressed(compressed);
  return {
    system,
    before: tokensOf(text),
    after: tokensOf(compressed),
    failures: failures.length,
    failuresTold: failures.filter((own) => own.some(({ raw }) => told.has(raw))).length,
    failureLines: failures.flat().length,
    failureLinesTold: failures.flat().filter(({ content }) => compressed.includes(content)).length,
    rare: rare.length,
    rareTold: rare.filter(({ raw }) => told.has(raw)).length,
    questions: questionsOf(lines, seededRandom(SEED)).map((question) => ({
      ...question,
      answered: question.answer(reading) === question.truth,
    })),
  };
}
