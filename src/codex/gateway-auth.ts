import { isAtLeast } from './launch/find-codex.ts';
import type { GatewayAuth, TokenSource } from './provider-entry.ts';

/** The first Codex whose providers take `auth.command`. https://github.com/openai/codex/pull/16288 */
const COMMAND_SINCE = '0.118';

/** @property codexVersion  of the Codex that will read the entry; undefined counts as a new one: the desktop app and the
 *                          editors bring their own, which keeps itself up to date.
 *  @property login         a provider is set up that takes Codex's own login.
 *  @property self          the command line that starts this program: absolute paths, since Codex may have another PATH.
 *  @property token         where the token comes from where no command can give it. */
export type AuthFacts = {
  readonly codexVersion: string | undefined;
  readonly login: boolean;
  readonly self: readonly [string, ...string[]];
  readonly token: TokenSource;
};

/** How this Codex proves itself to the gateway: by a command wherever that works, so that no token stands in a file. */
export function gatewayAuth({ codexVersion, login, self, token }: AuthFacts): GatewayAuth {
  if (login) return { kind: 'login', token };
  if (codexVersion !== undefined && !isAtLeast(codexVersion, COMMAND_SINCE)) return { kind: 'token', token };
  const [command, ...args] = self;
  return { kind: 'command', command, args: [...args, 'token', '--start'] };
}
