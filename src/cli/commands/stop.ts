import { disable, takeoverStatus } from '../../codex/takeover/takeover.ts';
import { type Stopped, stopGateway } from '../background/stop-gateway.ts';
import { DONE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { line, printJson } from '../io.ts';

export type StopOptions = { readonly json: boolean; readonly keep: boolean };

/** Stops the gateway and gives Codex's config back, unless it is to be kept. Neither waits for the other's success, and
 *  between the two nobody is stranded: a Codex that is pointed at the gateway starts it again. */
export async function stop(options: StopOptions, context: CommandContext): Promise<number> {
  const { io, places } = context;
  const enabled = takeoverStatus(places).on;
  try {
    const stopped = await stopGateway(context);
    if (options.json) printJson(io, { ...stopped, disabled: enabled && !options.keep });
    else line(io.out, words(stopped));
  } finally {
    if (!options.keep) disable(places);
  }
  if (options.json) return DONE;
  if (enabled && !options.keep)
    line(io.out, "Codex's config is as it was before. To point it at the gateway again: plugboard enable");
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
