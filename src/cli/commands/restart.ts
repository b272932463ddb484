import { stopGateway } from '../background/stop-gateway.ts';
import type { CommandContext } from '../context.ts';
import { start } from './start.ts';

/** Stops the gateway and starts it again. Codex's config is left as it is. */
export async function restart(options: { readonly json: boolean }, context: CommandContext): Promise<number> {
  await stopGateway(context);
  return start(options, context);
}
