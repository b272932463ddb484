import { findCodex } from '../../codex/launch/find-codex.ts';
import { enable as takeOver } from '../../codex/takeover/takeover.ts';
import { DONE } from '../cli-error.ts';
import { readConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { defaultModel, providerEntry } from '../gateway-access.ts';
import { line, printJson } from '../io.ts';

export type EnableOptions = { readonly json: boolean; readonly dryRun: boolean };

/** Points Codex's own config at the gateway. The gateway need not run: Codex brings it up. */
export async function enable(options: EnableOptions, context: CommandContext): Promise<number> {
  const { io, places } = context;
  const snapshot = readConfiguration(context);
  const codex = await findCodex(context.environment);
  const model = defaultModel(snapshot);
  const facts = { model, entry: providerEntry(snapshot, codex?.version, 'file', context).entry };
  const change = takeOver(places, facts, { dryRun: options.dryRun });
  for (const warning of change.warnings) line(io.err, `${io.err.paint('yellow', 'warning:')} ${warning}`);
  if (options.json) printJson(io, { ...change, dryRun: options.dryRun, model });
  else if (!change.changed) line(io.out, `${change.path} points at the gateway already.`);
  else if (options.dryRun) io.out.write(change.diff);
  else {
    line(io.out, `${change.path} points at the gateway: codex starts on ${model}.`);
    if (codex === undefined) line(io.out, 'Codex itself was not found. Run: npm install -g @openai/codex');
    line(io.out, 'To have it back as it was: plugboard disable');
  }
  return DONE;
}
