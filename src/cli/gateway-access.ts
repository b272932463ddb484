import { isAtLeast } from '../codex/launch/find-codex.ts';
import type { ProviderEntry, TokenSource } from '../codex/provider-entry.ts';
import type { Snapshot } from '../config/snapshot.ts';
import { ensureToken } from '../config/token.ts';
import { Secret } from '../providers/provider.ts';
import { DEMO_MODEL } from '../simulator/demo.ts';
import type { CommandContext } from './context.ts';
import { gatewayUrl } from './gateway-url.ts';

/** The first Codex that asks a command for its token. https://github.com/openai/codex/pull/16288 */
const FIRST_WITH_COMMANDS = '0.118';
/** Names the token to a Codex that is started with it, so that no argument holds it. */
const TOKEN_VARIABLE = 'PLUGBOARD_TOKEN';

/** How a Codex on this machine reaches the gateway. @property variables  what the entry needs in its environment. */
export type GatewayAccess = {
  readonly entry: ProviderEntry;
  readonly variables: { readonly [name: string]: string };
};

/** @param codexVersion  unknown counts as new.
 *  @param from          where the entry will stand: in a file of Codex's, or in the arguments of one launch. */
export function providerEntry(
  snapshot: Snapshot,
  codexVersion: string | undefined,
  from: 'file' | 'launch',
  context: CommandContext,
): GatewayAccess {
  const baseUrl = `${gatewayUrl(snapshot.server, context)}/v1`;
  const told = { baseUrl, ...snapshot.codex };
  const takesLogin = [...snapshot.providers.values()].some((provider) => provider.auth.type === 'passthrough');
  const takesCommand = codexVersion === undefined || isAtLeast(codexVersion, FIRST_WITH_COMMANDS);
  if (takesCommand && !takesLogin) {
    const [command, ...script] = context.self;
    const args = [...script, 'token', '--start', ...homeOption(context)];
    return { entry: { ...told, auth: { kind: 'command', command, args } }, variables: {} };
  }
  const secret = ensureToken(context.places.home);
  const token: TokenSource = from === 'file' ? { secret: new Secret(secret) } : { variable: TOKEN_VARIABLE };
  return {
    entry: { ...told, auth: { kind: takesLogin ? 'login' : 'token', token } },
    variables: from === 'file' ? {} : { [TOKEN_VARIABLE]: secret },
  };
}

/** Codex may run where our variable is not set, as when Desktop is started from a menu. */
function homeOption({ environment, places }: CommandContext): readonly string[] {
  return environment['PLUGBOARD_HOME'] ? ['--home', places.home] : [];
}

/** What Codex asks for unless told otherwise. */
export function defaultModel(snapshot: Snapshot): string {
  return snapshot.defaultModel === '' ? DEMO_MODEL : snapshot.defaultModel;
}
