import { type RunState, readRunState, removeRunState } from '../../config/run-state.ts';
import { ensureToken } from '../../config/token.ts';
import type { CommandContext } from '../context.ts';
import { type Gateway, isLive } from '../gateway-client.ts';

const ANSWER_LIMIT_MS = 3_000;

/** The gateway of this PLUGBOARD_HOME, in the background or in a terminal. */
export type RunningGateway = Required<Gateway> & RunState;

/** The gateway, if one runs and answers. */
export async function findGateway(context: CommandContext): Promise<RunningGateway | undefined> {
  const recorded = await findRecorded(context);
  return recorded?.answers === true ? recorded.gateway : undefined;
}

/** The gateway that last wrote its state. @property answers  false: it died, or it hangs. */
export async function findRecorded(
  context: CommandContext,
): Promise<{ readonly gateway: RunningGateway; readonly answers: boolean } | undefined> {
  const { home } = context.places;
  const found = readRunState(home);
  if (found.status === 'absent') return undefined;
  const gateway = { ...found.state, url: found.state.url.replace(/\/+$/, ''), token: ensureToken(home) };
  return { gateway, answers: found.status === 'running' && (await isLive(gateway, ANSWER_LIMIT_MS)) };
}

/** Removes what a gateway that ended has left. */
export function forget(gateway: RunningGateway, context: CommandContext): void {
  removeRunState(context.places.home, gateway.instance);
}
