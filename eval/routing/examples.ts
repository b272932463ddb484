import { readCsv } from '../csv.ts';
import { gunzipped } from '../data.ts';

/** One prompt and how two models of unlike strength did on it.
 *  @property subject  of MMLU; else the name of the benchmark. Never a feature. @property cheap, strong  success, 0 to 1. */
export type Example = {
  readonly bench: string;
  readonly subject: string;
  readonly text: string;
  readonly cheap: number;
  readonly strong: number;
};

/** MMLU and GSM8K: Mixtral 8x7B and GPT-4, from RouteLLM's evaluation. */
export function routeLlmExamples(folder: string): readonly Example[] {
  return readCsv(gunzipped(folder, 'routellm/mmlu_gsm8k_weak_strong.csv.gz')).map((row) => ({
    bench: row['bench'] ?? '',
    subject: row['domain'] ?? '',
    text: row['prompt'] ?? '',
    cheap: Number(row['mixtral_8x7b_correct']),
    strong: Number(row['gpt4_1106_correct']),
  }));
}

const SMALL = ['qwen2.5-7b-instruct', 'mistral-7b-instruct-v0.3', 'llama-3.1-8b-instruct', 'gemma-2-9b-it'];
const LARGE = ['llama-3.1-nemotron-51b-instruct', 'llama-3.3-nemotron-super-49b-v1'];

/** Fourteen kinds of question: the mean of four models of 7 to 9 billion parameters, and of two of about 50. */
export function openModelExamples(folder: string): readonly Example[] {
  return gunzipped(folder, 'llmrouter/queries_9models.jsonl.gz')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const row: { task: string; query: string; scores: Record<string, number | null> } = JSON.parse(line);
      const meanOf = (models: readonly string[]): number =>
        models.reduce((sum, model) => sum + Math.min(1, Math.max(0, row.scores[model] ?? 0)), 0) / models.length;
      return {
        bench: 'open-models',
        subject: row.task,
        text: row.query,
        cheap: meanOf(SMALL),
        strong: meanOf(LARGE),
      };
    });
}
