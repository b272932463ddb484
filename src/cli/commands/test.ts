import { ASSUMED_CONTEXT_WINDOW } from '../../codex/catalog.ts';
import { priceOf } from '../../metering/pricing.ts';
import type { Model } from '../../providers/provider.ts';
import { agentTrial } from '../agent/agent-trial.ts';
import { startGateway } from '../background/start-gateway.ts';
import type { Check } from '../check.ts';
import { DONE, FAILED } from '../cli-error.ts';
import { modelsBehind, readConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { duration, tokens } from '../format.ts';
import { line, printJson } from '../io.ts';
import { callModel } from '../model-call.ts';
import { withProgress } from '../progress.ts';

export type TestOptions = { readonly json: boolean; readonly call: boolean; readonly agent: boolean };

/** Room for a word and for a model that thinks first. */
const CALL = { prompt: 'Reply with the one word: ready', maxOutputTokens: 512, timeoutMs: 120_000 };

/** Codex's own prompt and tools take about 20,000 tokens; less than this leaves no room to work. */
const SMALL_WINDOW = 64_000;

/** Looks at a route without spending; with `call` makes one call, with `agent` lets Codex do a small job on it. */
export async function testRoute(slug: string, options: TestOptions, context: CommandContext): Promise<number> {
  const { io } = context;
  const checks: Check[] = [];
  const add = (check: Check): void => {
    checks.push(check);
    if (!options.json) show(check, context);
  };
  for (const model of modelsBehind(slug, readConfiguration(context))) for (const check of looks(model)) add(check);
  if (options.call) add(await call(slug, context));
  if (options.agent) for (const check of await agentTrial(slug, { quiet: options.json }, context)) add(check);
  const passed = checks.every((check) => check.state !== 'failed');
  if (options.json) printJson(io, { slug, passed, checks });
  else if (!options.call && !options.agent) line(io.out, `Nothing was called. One call: plugboard test ${slug} --call`);
  return passed ? DONE : FAILED;
}

function looks(model: Model): readonly Check[] {
  const { provider, facts } = model;
  const name = `${provider.id}/${model.upstreamId}`;
  const window = facts.contextWindow;
  const price = priceOf(model, Date.now());
  const checks: Check[] = [{ name, state: 'ok', words: `${provider.protocol} at ${provider.baseUrl}` }];
  if (window === undefined) {
    const words = `its window is not known; ${tokens(ASSUMED_CONTEXT_WINDOW)} tokens are assumed. Set context_window.`;
    checks.push({ name, state: 'warning', words });
  } else if (window < SMALL_WINDOW) {
    const words = `its window of ${tokens(window)} tokens is small: Codex's own prompt takes a good part of it.`;
    checks.push({ name, state: 'warning', words });
  }
  if (price === undefined && !provider.local) {
    checks.push({ name, state: 'warning', words: 'it has no known price: its cost will not be counted. Set price.' });
  }
  return checks;
}

async function call(slug: string, context: CommandContext): Promise<Check> {
  const { gateway } = await startGateway(context);
  const reply = await withProgress(context.io, `calling ${slug}`, () => callModel(gateway, { slug, ...CALL }));
  if (!reply.ok) {
    const mend = reply.requestId === undefined ? 'plugboard doctor' : `plugboard why ${reply.requestId}`;
    return { name: 'call', state: 'failed', words: `${reply.message} More: ${mend}` };
  }
  const where = `${reply.provider}/${reply.model}`;
  const said = reply.text.trim() === '' ? 'only thinking' : JSON.stringify(reply.text.trim().slice(0, 60));
  const words = `${where} answered ${said} in ${duration(reply.totalMs)}, ${reply.outputTokens} tokens out`;
  return { name: 'call', state: 'ok', words };
}

function show({ name, state, words }: Check, { io }: CommandContext): void {
  const style = state === 'ok' ? 'green' : state === 'warning' ? 'yellow' : 'red';
  line(io.out, `${io.out.paint(style, state.padEnd(7))} ${name}: ${words}`);
}
