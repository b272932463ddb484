import { disable, takeoverStatus } from '../../codex/takeover/takeover.ts';
import { type Stopped, stopGateway } from '../background/stop-gateway.ts';
import { DONE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { line, printJson } from '../io.ts';

export type StopOptions = { readonly json: boolean; readonly keep: boolean };

/** Stops the gateway. Codex's config is given back first, unless it is to be kept, so that no moment strands Codex. */
export async function stop(options: StopOptions, context: CommandContext): Promise<number> {
  const { io, places } = context;
  const enabled = takeoverStatus(places).on;
  if (enabled && !options.keep) disable(places);
  const stopped = await stopGateway(context);
  const given = enabled && !options.keep;
  if (options.json) {
    printJson(io, { ...stopped, disabled: given });
    return DONE;
  }
  line(io.out, words(stopped));
  if (given) line(io.out, "Codex's config is as it was before. To point it at the gateway again: plugboard enable");
  if (enabled && options.keep) line(io.out, 'Codex stays pointed at the gateway and will start it when it needs it.');
  return DONE;
}

function words({ how, pid }: Stopped): string {
  switch (how) {
    case 'absent':
      return 'The gateway did not run.';
    case 'drained':
      return `Stopped (process ${pid}).`;
    case 'killed':
      return `Stopped: process ${pid} did not end when asked and was killed.`;
  }
}
