import { ensureToken } from '../../config/token.ts';
import { DONE } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { line } from '../io.ts';

/** @property home  the gateway's home where the caller's environment does not name it. */
export type TokenOptions = { readonly start: boolean; readonly home?: string };

/** Prints the local token and nothing else. Codex calls this at each start and now and then in between, so with `start`
 *  it must be quick where the gateway is up, and bring it up, once, where it is not. */
export async function token(options: TokenOptions, context: CommandContext): Promise<number> {
  const home = options.home ?? context.places.home;
  if (options.start) {
    const { startGateway } = await import('../background/start-gateway.ts');
    await startGateway({ ...context, places: { ...context.places, home } });
  }
  line(context.io.out, ensureToken(home));
  return DONE;
}
