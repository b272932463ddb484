import { stopGateway } from '../background/stop-gateway.ts';
import type { CommandContext } from '../context.ts';
import { type StartOptions, start } from './start.ts';

/** Stops the gateway and starts it again. Codex's config is left as it is. */
export async function restart(options: StartOptions, context: CommandContext): Promise<number> {
  await stopGateway(context);
  return start(options, context);
}
