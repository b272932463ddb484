import { mean } from '../../src/statistics/quantile.ts';
import { gunzipped } from '../data.ts';

/** Requests in the order of their arrival. Times are ms from the first.
 *  @property blocks    of prefix, by their hashes, where the trace has them. @property session  whose it is, or -1. */
export type Requests = {
  readonly count: number;
  readonly arrival: Float64Array;
  readonly input: Int32Array;
  readonly output: Int32Array;
  readonly session: Int32Array;
  readonly blocks?: readonly (readonly number[])[];
};

/** Tokens of one block of prefix in the Mooncake traces. */
export const BLOCK = 512;

/** Azure's conversation trace of 2023 (CC BY 4.0; Patel et al., Splitwise, ISCA 2024): times and sizes, no sessions. */
export function azureConversation(folder: string, limit = Number.POSITIVE_INFINITY): Requests {
  const rows = gunzipped(folder, 'traces/AzureLLMInferenceTrace_conv_2023.csv.gz')
    .trim()
    .split('\n')
    .slice(1, limit === Number.POSITIVE_INFINITY ? undefined : limit + 1)
    .map((line) => {
      const [time = '', input = '', output = ''] = line.split(',');
      // Date keeps milliseconds; the trace has a tenth of a microsecond.
      return {
        at: Date.parse(`${time.slice(0, 23).replace(' ', 'T')}Z`),
        input: Number(input),
        output: Number(output),
      };
    });
  const first = rows[0]?.at ?? 0;
  return {
    count: rows.length,
    arrival: Float64Array.from(rows, ({ at }) => at - first),
    input: Int32Array.from(rows, ({ input }) => Math.max(1, input)),
    output: Int32Array.from(rows, ({ output }) => Math.max(1, output)),
    session: new Int32Array(rows.length).fill(-1),
  };
}

/** Mooncake's conversation trace (Apache-2.0): times, sizes, and the hashes of each prompt's blocks. It has no sessions;
 *  a request is taken for a turn of the conversation that last sent the longest prefix it shares, as its client would
 *  know, unless all that it shares is the first block, which nearly all requests have (a system prompt). */
export function mooncakeConversation(folder: string, limit = Number.POSITIVE_INFINITY): Requests {
  const rows = gunzipped(folder, 'traces/mooncake_conversation_trace.jsonl.gz')
    .trim()
    .split('\n')
    .slice(0, limit)
    .map((line): { timestamp: number; input_length: number; output_length: number; hash_ids: number[] } =>
      JSON.parse(line),
    );
  const lastOf = new Map<number, number>();
  let sessions = 0;
  const session = Int32Array.from(rows, ({ hash_ids: blocks }) => {
    let shared = 0;
    while (shared < blocks.length && lastOf.has(blocks[shared] ?? -1)) shared += 1;
    const id = shared > 1 ? (lastOf.get(blocks[shared - 1] ?? -1) ?? 0) : sessions++;
    for (const block of blocks) lastOf.set(block, id);
    return id;
  });
  return {
    count: rows.length,
    arrival: Float64Array.from(rows, ({ timestamp }) => timestamp),
    input: Int32Array.from(rows, ({ input_length: input }) => Math.max(1, input)),
    output: Int32Array.from(rows, ({ output_length: output }) => Math.max(1, output)),
    session,
    blocks: rows.map(({ hash_ids: blocks }) => blocks),
  };
}

/** The same requests, faster or slower, so that they come to a share of what the deployments can serve.
 *  @param capacity  requests a second, of all together, for requests of these mean sizes. */
export function atLoad(requests: Requests, load: number, capacity: number): Requests {
  const span = requests.arrival.at(-1) ?? 0;
  const factor = requests.count / (span / 1_000) / (load * capacity);
  return { ...requests, arrival: requests.arrival.map((time) => time * factor) };
}

export function meanSizes({ input, output }: Requests): { readonly input: number; readonly output: number } {
  return { input: mean([...input]), output: mean([...output]) };
}
