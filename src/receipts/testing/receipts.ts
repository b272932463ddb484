import { createHash } from 'node:crypto';
import { seededRandom } from '../../statistics/random.ts';
import type { Receipt, Verdict } from '../receipt.ts';

/** A receipt of an ordinary run. */
export function receiptOf(more: Partial<Receipt> = {}): Receipt {
  const task = more.task ?? 'add';
  return {
    receipt: 1,
    run: 'compare-1',
    task,
    taskHash: hashOf(task),
    promptHash: hashOf(`prompt of ${task}`),
    configHash: hashOf('config'),
    model: 'alpha',
    repetition: 1,
    startedAt: Date.UTC(2026, 10, 26, 9),
    plugboard: '0.2.0',
    codex: '0.169.0',
    verdict: 'passed',
    codexExit: 0,
    checkExit: 0,
    times: { setupMs: 400, codexMs: 9_000, checkMs: 600, totalMs: 10_000, firstTokenMs: 350 },
    requests: { made: 4, failed: 0, cancelled: 0, uncounted: 0, unpriced: 0 },
    attempts: { made: 4, failed: 0 },
    served: [{ slug: more.model ?? 'alpha', provider: 'work', model: `${more.model ?? 'alpha'}-1`, requests: 4 }],
    reasons: [{ text: 'asked for by its slug', requests: 4 }],
    tokens: { freshInput: 12_000, cacheRead: 30_000, cacheWrite: 0, output: 1_500, reasoning: 300 },
    costNanoUsd: 4_200_000,
    prices: { sources: ['config'], table: 'genai-prices 0.1.8' },
    turns: 4,
    toolCalls: { made: 3, malformed: 0, failedPatches: 0 },
    ...more,
  };
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const TASKS = [
  'parse-dates-1', 'parse-dates-2', 'parse-dates-10', 'fix-off-by-one', 'rename-option',
  'cache-headers', 'retry-with-jitter', 'unicode-paths',
] as const; // biome-ignore format: a row of names

/** Made-up runs of three models on eight tasks, three times each: what the golden report shows. */
export function exampleReceipts(): readonly Receipt[] {
  const random = seededRandom(4);
  const models = [
    { model: 'coder-large', ability: 0.85, cost: 61_000_000, ms: 74_000 },
    { model: 'coder-small', ability: 0.55, cost: 7_400_000, ms: 41_000 },
    { model: 'local-qwen', ability: 0.3, cost: undefined, ms: 128_000 },
  ];
  return TASKS.flatMap((task, index) =>
    [1, 2, 3].flatMap((repetition) =>
      models.map(({ model, ability, cost, ms }, place): Receipt => {
        const hard = 0.7 + ((index * 37) % 10) / 25;
        const roll = random();
        const verdict: Verdict =
          roll < ability / hard ? 'passed' : roll < 0.93 ? 'failed' : roll < 0.97 ? 'timeout' : 'error';
        const scale = 0.5 + random();
        const totalMs = Math.round(ms * scale);
        const requests = 4 + Math.floor(random() * 12);
        const failed = place === 1 && random() < 0.3 ? 1 : 0;
        const cut = verdict === 'timeout' ? 1 : 0;
        const unpriced = cost === undefined ? requests : 0;
        const { costNanoUsd: _, ...plain } = receiptOf({ model, task });
        return {
          ...plain,
          run: `compare-${index}-${repetition}-${place}`,
          repetition,
          startedAt: Date.UTC(2026, 10, 26, 9, index * 7 + repetition * 2, place),
          verdict,
          ...(verdict === 'timeout' || verdict === 'error' ? { stage: 'codex' } : {}),
          codexExit: verdict === 'timeout' ? null : verdict === 'error' ? 1 : 0,
          checkExit: verdict === 'failed' ? 1 : 0,
          ...(verdict === 'error' ? { failureKind: 'overloaded' } : {}),
          times: {
            setupMs: 900,
            codexMs: totalMs - 2_000,
            checkMs: 1_100,
            totalMs,
            firstTokenMs: Math.round(300 + 900 * random()),
          },
          requests: { made: requests, failed: verdict === 'error' ? 1 : 0, cancelled: cut, uncounted: cut, unpriced },
          attempts: { made: requests + failed, failed },
          served: [{ slug: model, provider: place === 2 ? 'ollama' : 'work', model: `${model}-1`, requests }],
          tokens: {
            freshInput: Math.round(9_000 * scale * (place + 1)),
            cacheRead: place === 2 ? 0 : Math.round(60_000 * scale),
            cacheWrite: place === 0 ? Math.round(14_000 * scale) : 0,
            output: Math.round(3_000 * scale * (3 - place)),
            reasoning: place === 0 ? Math.round(4_000 * scale) : 0,
          },
          ...(cost === undefined || cut === 1 ? {} : { costNanoUsd: Math.round(cost * scale) }),
          prices: { sources: cost === undefined ? [] : ['config'], table: 'genai-prices 0.1.8' },
          turns: requests,
          toolCalls: {
            made: requests - 1,
            malformed: place === 2 ? 1 : 0,
            failedPatches: place === 1 && random() < 0.4 ? 1 : 0,
          },
        };
      }),
    ),
  );
}
