import { findRecorded, type RunningGateway } from '../background/find-gateway.ts';
import { logFile } from '../background/log-file.ts';
import { readiness } from '../background/readiness.ts';
import { DONE, FAILED } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { clockTime, duration } from '../format.ts';
import { gatewayModels, limitSentences } from '../gateway-models.ts';
import { line, printJson } from '../io.ts';

/** Does the gateway run, where, since when, and can it serve? Fails when it does not run or cannot. */
export async function status(options: { readonly json: boolean }, context: CommandContext): Promise<number> {
  const { io } = context;
  const recorded = await findRecorded(context);
  if (recorded?.answers !== true) {
    const state = recorded === undefined ? 'stopped' : 'gone';
    if (options.json) printJson(io, { state });
    else if (state === 'stopped') line(io.out, 'The gateway does not run. Start it: plugboard start');
    else line(io.out, `The gateway of process ${recorded?.gateway.pid} is gone or hangs. Mend: plugboard restart`);
    return FAILED;
  }
  const { gateway } = recorded;
  const { ready, problems } = await readiness(gateway, 0);
  const limits = limitSentences(await gatewayModels(context));
  if (options.json) {
    const { pid, url, startedAt, version, configFile } = gateway;
    const facts = { pid, url, startedAt, version, configFile, logFile: logFile(context.places.home) };
    printJson(io, { state: ready ? 'ready' : 'not ready', ...facts, problems, limits });
  } else describe(gateway, ready, problems, limits, context);
  return ready ? DONE : FAILED;
}

function describe(
  gateway: RunningGateway,
  ready: boolean,
  problems: readonly string[],
  limits: readonly string[],
  { io, places, version }: CommandContext,
): void {
  const { out } = io;
  const state = ready ? out.paint('green', 'ready') : out.paint('yellow', 'up, but it cannot serve');
  line(out, `gateway   ${state} at ${gateway.url}`);
  for (const problem of problems) line(out, `          ${problem}`);
  line(
    out,
    `process   ${gateway.pid}, up ${duration(Date.now() - gateway.startedAt)} (since ${clockTime(gateway.startedAt)})`,
  );
  for (const limit of limits) line(out, `limited   ${limit}`);
  line(out, `config    ${gateway.configFile}`);
  line(out, `log       ${logFile(places.home)}`);
  if (gateway.version !== version) {
    line(
      out,
      out.paint('yellow', `It runs version ${gateway.version}; this is ${version}. To change over: plugboard restart`),
    );
  }
}
