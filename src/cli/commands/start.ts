import type { PolicyFlags } from '../../policy/settings.ts';
import { readiness } from '../background/readiness.ts';
import { flagArguments } from '../background/spawn-gateway.ts';
import { startGateway } from '../background/start-gateway.ts';
import { CliError, DONE, FAILED } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { line, printJson } from '../io.ts';

const READY_LIMIT_MS = 5_000;

export type StartOptions = { readonly json: boolean; readonly flags: PolicyFlags };

/** Runs the gateway in the background and waits until it can serve. One that runs already is left alone, unless limits
 *  are asked for, which it may not have. */
export async function start(options: StartOptions, context: CommandContext): Promise<number> {
  const { io } = context;
  const limits = flagArguments(options.flags);
  const { gateway, already } = await startGateway(context, limits);
  if (already && limits.length > 0) {
    const message = 'the gateway already runs, with the limits that it was started with';
    throw new CliError({ message, mend: `plugboard restart ${limits.join(' ')}` });
  }
  const { ready, problems } = await readiness(gateway, READY_LIMIT_MS);
  if (options.json) {
    printJson(io, { url: gateway.url, pid: gateway.pid, already, ready, problems });
  } else {
    line(io.out, `${already ? 'already running' : 'running'} at ${gateway.url} (process ${gateway.pid})`);
    if (!ready) line(io.err, `It is up but cannot serve yet: ${problems.join(' ')}\n  mend: plugboard doctor`);
  }
  return ready ? DONE : FAILED;
}
