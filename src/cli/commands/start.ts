import { readiness } from '../background/readiness.ts';
import { startGateway } from '../background/start-gateway.ts';
import { DONE, FAILED } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { line, printJson } from '../io.ts';

const READY_LIMIT_MS = 5_000;

/** Runs the gateway in the background and waits until it can serve. One that runs already is left alone. */
export async function start(options: { readonly json: boolean }, context: CommandContext): Promise<number> {
  const { io } = context;
  const { gateway, already } = await startGateway(context);
  const { ready, problems } = await readiness(gateway, READY_LIMIT_MS);
  if (options.json) {
    printJson(io, { url: gateway.url, pid: gateway.pid, already, ready, problems });
  } else {
    line(io.out, `${already ? 'already running' : 'running'} at ${gateway.url} (process ${gateway.pid})`);
    if (!ready) line(io.err, `It is up but cannot serve yet: ${problems.join(' ')}\n  mend: plugboard doctor`);
  }
  return ready ? DONE : FAILED;
}
