import { compileDialect } from '../../src/providers/dialect.ts';
import type { Model } from '../../src/providers/provider.ts';
import type { Random } from '../../src/statistics/random.ts';
import { logNormal } from './noise.ts';

/** A deployment as it truly is: an inference server that takes requests into slots in the order in which they come, reads
 *  one prompt after the other, and writes to all its slots at once.
 *  @property baseMs   network and everything that does not depend on the prompt.
 *  @property prefill  tokens of prompt a second. @property decode  tokens a second of a stream that is alone; with all
 *                     slots busy each gets half.
 *  @property slots    requests that it works on at once; the others wait at its door.
 *  @property model    what the product knows of it: a name, a price, and a generous cap of four times its slots. */
export type SimulatedDeployment = {
  readonly baseMs: number;
  readonly prefill: number;
  readonly decode: number;
  readonly slots: number;
  readonly model: Model;
};

/** Eight that are unlike: near and far, large and small, dear and cheap. Dollars are per million tokens.
 *  [base ms, prefill tokens/s, decode tokens/s, slots, input $, output $] */
const EIGHT: readonly (readonly [number, number, number, number, number, number])[] = [
  [120, 12_000, 100, 12, 0.25, 1],
  [100, 10_000, 120, 8, 0.25, 1],
  [250, 6_000, 60, 16, 0.15, 0.6],
  [300, 5_000, 50, 16, 0.2, 0.8],
  [400, 3_000, 30, 32, 0.15, 0.6],
  [600, 2_500, 25, 16, 0.1, 0.4],
  [700, 8_000, 70, 16, 0.15, 0.6],
  [60, 2_000, 40, 8, 0.12, 0.5],
];
/** How much a seed's deployments differ from the table, in every figure but the slots. */
const SPREAD = 0.2;

export function eightUnlike(random: Random): readonly SimulatedDeployment[] {
  return EIGHT.map(([baseMs, prefill, decode, slots, input, output], index) => {
    const dear = logNormal(random, SPREAD);
    return {
      baseMs: baseMs * logNormal(random, SPREAD),
      prefill: prefill * logNormal(random, SPREAD),
      decode: decode * logNormal(random, SPREAD),
      slots,
      model: productModel(`d${index}`, input * dear * 1_000, output * dear * 1_000, slots * 4),
    };
  });
}

/** @param input, output  nano-USD a token. */
function productModel(id: string, input: number, output: number, concurrency: number): Model {
  return {
    slug: id,
    displayName: id,
    upstreamId: 'model',
    facts: {},
    listed: true,
    price: { input, cacheRead: input / 4, output },
    provider: {
      id,
      name: id,
      protocol: 'openai-chat',
      baseUrl: 'http://127.0.0.1:9/v1',
      auth: { type: 'none' },
      credentials: [],
      headers: {},
      query: {},
      quirks: [],
      dialect: compileDialect('openai-chat', [], false),
      native: false,
      local: false,
      timeouts: { connectMs: 10_000, firstByteMs: 120_000, idleMs: 300_000 },
      concurrency,
    },
  };
}

/** Requests a second that a healthy deployment can go on serving. */
export function capacity(
  { baseMs, prefill, decode, slots }: SimulatedDeployment,
  meanInput: number,
  meanOutput: number,
): number {
  const heldFor = baseMs / 1_000 + meanInput / prefill + meanOutput / (decode / 2);
  return Math.min(prefill / meanInput, slots / heldFor);
}
