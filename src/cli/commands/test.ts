import { policyHeaders } from '../../policy/tightening.ts';
import { agentTrial } from '../agent/agent-trial.ts';
import { startGateway } from '../background/start-gateway.ts';
import type { Check } from '../check.ts';
import { DONE, FAILED } from '../cli-error.ts';
import { readConfiguration, requireModels } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { duration } from '../format.ts';
import { line, printJson } from '../io.ts';
import { callModel } from '../model-call.ts';
import { withProgress } from '../progress.ts';
import { checkRoute } from '../route-checks.ts';

export type TestOptions = { readonly json: boolean; readonly call: boolean; readonly agent: boolean };

/** Room for a word and for a model that thinks first. */
const CALL = { prompt: 'Reply with the one word: ready', maxOutputTokens: 512, timeoutMs: 120_000 };

/** Looks at a route without spending; with `call` makes one call, with `agent` lets Codex do a small job on it. */
export async function testRoute(slug: string, options: TestOptions, context: CommandContext): Promise<number> {
  const { io } = context;
  const checks: Check[] = [];
  const add = (check: Check): void => {
    checks.push(check);
    if (!options.json) show(check, context);
  };
  const models = requireModels(slug, readConfiguration(context));
  for (const check of await checkRoute(models, context)) add(check);
  if (options.call) add(await call(slug, context));
  if (options.agent) for (const check of await agentTrial(slug, { quiet: options.json }, context)) add(check);
  const passed = checks.every((check) => check.state !== 'failed');
  if (options.json) printJson(io, { slug, passed, checks });
  else if (!options.call && !options.agent) line(io.out, `Nothing was called. One call: plugboard test ${slug} --call`);
  return passed ? DONE : FAILED;
}

async function call(slug: string, context: CommandContext): Promise<Check> {
  const { gateway } = await startGateway(context);
  const reply = await withProgress(context.io, `calling ${slug}`, () =>
    callModel(gateway, { slug, ...CALL, headers: policyHeaders(readConfiguration(context).policy) }),
  );
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
