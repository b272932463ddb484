import { disable as giveBack, takeoverStatus } from '../../codex/takeover/takeover.ts';
import { DONE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { line, printJson } from '../io.ts';

/** Gives Codex's config back as it was. Needs no gateway; a second call does nothing. */
export async function disable(options: { readonly json: boolean }, context: CommandContext): Promise<number> {
  const { io, places } = context;
  const { on } = takeoverStatus(places);
  const { path, changed } = giveBack(places);
  if (options.json) printJson(io, { enabled: false, path, changed });
  else
    line(
      io.out,
      on ? `${path} is as it was: Codex runs without the gateway.` : `${path} was not pointed at the gateway.`,
    );
  return DONE;
}
