import { policyHeaders } from '../../policy/tightening.ts';
import { startGateway } from '../background/start-gateway.ts';
import { CliError, DONE } from '../cli-error.ts';
import { readConfiguration, requireModels } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { duration, plural } from '../format.ts';
import { line, printJson } from '../io.ts';
import { callModel, type ModelReply } from '../model-call.ts';
import { withProgress } from '../progress.ts';
import { type Summary, summarise } from '../statistics.ts';

/** Long enough to measure a rate, short enough to cost next to nothing. */
const PROMPT = 'Count from 1 to 150. One number per line, no other words.';
const MAX_OUTPUT_TOKENS = 1_024;
const RUN_LIMIT_MS = 180_000;

export type SpeedOptions = { readonly json: boolean; readonly runs: number };
type Run = Extract<ModelReply, { ok: true }>;

/** Time to the first token and tokens per second over several runs, one after the other. */
export async function speed(slug: string, options: SpeedOptions, context: CommandContext): Promise<number> {
  const snapshot = readConfiguration(context);
  requireModels(slug, snapshot);
  const headers = policyHeaders(snapshot.policy);
  const { gateway } = await startGateway(context);
  const runs: Run[] = [];
  await withProgress(context.io, 'measuring', async (say) => {
    for (let index = 1; index <= options.runs; index++) {
      say(`measuring ${slug}, run ${index} of ${options.runs}`);
      const call = { slug, prompt: PROMPT, maxOutputTokens: MAX_OUTPUT_TOKENS, timeoutMs: RUN_LIMIT_MS, headers };
      const reply = await callModel(gateway, call);
      if (!reply.ok) {
        const mend = reply.requestId === undefined ? 'plugboard doctor' : `plugboard why ${reply.requestId}`;
        throw new CliError({ message: `run ${index} of ${slug} failed: ${reply.message}`, mend });
      }
      runs.push(reply);
    }
  });
  tell(slug, runs, options, context);
  return DONE;
}

function tell(slug: string, runs: readonly Run[], options: SpeedOptions, { io }: CommandContext): void {
  const firstTokenMs = summarise(runs.flatMap((run) => run.firstTokenMs ?? []));
  const tokensPerSecond = summarise(runs.flatMap(rate));
  const totalMs = summarise(runs.map((run) => run.totalMs));
  const [last] = runs.slice(-1);
  if (options.json) {
    const served = { provider: last?.provider, model: last?.model };
    printJson(io, { slug, ...served, runs: runs.length, firstTokenMs, tokensPerSecond, totalMs });
    return;
  }
  line(
    io.out,
    `${io.out.paint('bold', slug)} served by ${last?.provider}/${last?.model}, ${plural(runs.length, 'run')}`,
  );
  line(io.out, `first token    ${spread(firstTokenMs, duration)}`);
  line(io.out, `tokens/second  ${spread(tokensPerSecond, (value) => value.toFixed(1))}`);
  line(io.out, `whole reply    ${spread(totalMs, duration)}`);
}

/** Output tokens over the time after the first; a reply that came in one piece tells no rate. */
function rate(run: Run): readonly number[] {
  const streamedMs = run.totalMs - (run.firstTokenMs ?? run.totalMs);
  return run.outputTokens > 1 && streamedMs >= 1 ? [((run.outputTokens - 1) / streamedMs) * 1_000] : [];
}

function spread(summary: Summary | undefined, show: (value: number) => string): string {
  if (summary === undefined) return 'unknown';
  return `${show(summary.median)} (from ${show(summary.min)} to ${show(summary.max)})`;
}
