import { z } from 'zod';

/** What became of a run.
 *  - `passed`, `failed`: Codex ended well, and the check says so.
 *  - `timeout`: Codex, or the check after it, was not done in time.
 *  - `error`: the run could not be made: its setup failed, Codex ended with an error, or the check could not be started. */
export const VERDICTS = ['passed', 'failed', 'timeout', 'error'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Where an error or a timeout happened. */
export const STAGES = ['setup', 'codex', 'check'] as const;
export type Stage = (typeof STAGES)[number];

export const RECEIPT_VERSION = 1;

const count = z.int().nonnegative();
const milliseconds = z.number().nonnegative();
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256');

/** One run of one task on one model, as a line of `receipts.jsonl`. It holds no prompt, no output, no key and no path. */
export const receiptSchema = z.strictObject({
  /** Version of this form. */
  receipt: z.literal(RECEIPT_VERSION),
  /** Unique; also the tag of the run's requests in the ledger. */
  run: z.string().min(1),
  task: z.string().min(1),
  /** Of all that the task says; with another hash it is another task. */
  taskHash: hash,
  promptHash: hash,
  /** Of config.yaml as the gateway had it, byte for byte; of nothing where there was no file. */
  configHash: hash,
  /** The Git tree that the run began with; absent where Git is, or where the run ended before it began. */
  base: z.string().exactOptional(),
  /** The slug that was asked for. */
  model: z.string().min(1),
  /** From 1. */
  repetition: z.int().positive(),
  /** ms since the epoch. */
  startedAt: z.int().nonnegative(),
  plugboard: z.string(),
  codex: z.string(),
  verdict: z.enum(VERDICTS),
  stage: z.enum(STAGES).exactOptional(),
  /** How Codex and the check ended; `null` where they were ended, and absent where they did not begin. */
  codexExit: z.int().nullable().exactOptional(),
  checkExit: z.int().nullable().exactOptional(),
  /** Kind of the last request's failure, where that failed. */
  failureKind: z.string().exactOptional(),
  times: z.strictObject({
    setupMs: milliseconds.exactOptional(),
    codexMs: milliseconds.exactOptional(),
    checkMs: milliseconds.exactOptional(),
    totalMs: milliseconds,
    /** Median over the run's requests, each from its arrival at the gateway. */
    firstTokenMs: milliseconds.exactOptional(),
  }),
  requests: z.strictObject({
    made: count,
    failed: count,
    cancelled: count,
    /** Requests that were served and whose tokens nobody told. */
    uncounted: count,
    /** Requests with tokens and without a price. */
    unpriced: count,
  }),
  attempts: z.strictObject({ made: count, failed: count }),
  /** Who served, the busiest first. */
  served: z.array(
    z.strictObject({ slug: z.string(), provider: z.string(), model: z.string(), requests: z.int().positive() }),
  ),
  /** Why they were chosen: each different sentence once. */
  reasons: z.array(
    z.strictObject({ slug: z.string().exactOptional(), text: z.string(), requests: z.int().positive() }),
  ),
  tokens: z.strictObject({
    freshInput: count,
    cacheRead: count,
    cacheWrite: count,
    output: count,
    /** A part of `output`. */
    reasoning: count,
  }),
  /** Integer nano-USD; absent where a part of it is unknown. */
  costNanoUsd: z.int().nonnegative().exactOptional(),
  prices: z.strictObject({ sources: z.array(z.string()), table: z.string() }),
  /** Requests that an agent's own turns made and that were answered; titles, reviews and compactions aside. */
  turns: count,
  toolCalls: z.strictObject({ made: count, malformed: count, failedPatches: count }),
});

export type Receipt = z.infer<typeof receiptSchema>;

/** What a receipt is of: the same again is not run again. */
export type RunIdentity = Pick<Receipt, 'task' | 'taskHash' | 'model' | 'repetition'>;

export function runKey({ task, taskHash, model, repetition }: RunIdentity): string {
  return JSON.stringify([task, taskHash, model, repetition]);
}

/** Its setup failed before any model was asked: it says nothing of one, and costs nothing to make again. */
export function isUnmade({ verdict, stage }: Receipt): boolean {
  return verdict === 'error' && stage === 'setup';
}
