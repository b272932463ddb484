import type { DisabledProvider } from '../../config/snapshot.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** What answered where the gateway should be.
 *  @property disabled  the providers that the running gateway cannot use: its variables are those of its own start.
 *  @property limited   the models that it keeps calls from for a while. */
export type GatewayState =
  | {
      readonly kind: 'up';
      readonly url: string;
      readonly version: string;
      readonly disabled: readonly DisabledProvider[];
      readonly limited?: readonly { readonly slug: string; readonly reason: string }[];
    }
  | { readonly kind: 'down'; readonly url: string }
  | { readonly kind: 'token-refused'; readonly url: string }
  | { readonly kind: 'foreign'; readonly url: string; readonly said: string };

/** @param startsItself  Codex's config brings the gateway up on its own (`auth.command`). */
export function checkGateway(state: GatewayState, startsItself: boolean): Finding[] {
  switch (state.kind) {
    case 'up':
      return [
        ok('gateway', `The gateway ${state.version} answers at ${state.url}.`),
        ...checkLimits(state.limited ?? []),
      ];
    case 'down':
      return startsItself
        ? [
            warning(
              'gateway-down',
              `No gateway at ${state.url}; Codex will start it.`,
              'To start it now: plugboard start',
            ),
          ]
        : [error('gateway-down', `No gateway answers at ${state.url}.`, 'Run: plugboard start')];
    case 'token-refused':
      return [
        error(
          'gateway-token',
          `The gateway at ${state.url} refuses the token in PLUGBOARD_HOME/token.`,
          'Run: plugboard restart',
        ),
      ];
    case 'foreign':
      return [
        error(
          'gateway-foreign',
          `Something else listens at ${state.url} (${state.said}).`,
          'Stop it, or set another server.port in config.yaml and run: plugboard restart',
        ),
      ];
  }
}

/** Models that the gateway keeps calls from, since their providers refused or failed. */
function checkLimits(limited: readonly { readonly slug: string; readonly reason: string }[]): Finding[] {
  return limited.map(({ slug, reason }) =>
    warning(
      'deployment-limited',
      `The gateway leaves ${slug} alone for now: ${reason}.`,
      'It is tried again by itself; once what was wrong is mended, at once after: plugboard restart',
    ),
  );
}

/** Providers without a usable key, here and in the running gateway, which may have been started from another shell.
 *  @param here  as a configuration read in this shell has them. */
export function checkKeys(here: readonly DisabledProvider[], gateway: GatewayState): Finding[] {
  const running = gateway.kind === 'up' ? gateway.disabled : undefined;
  const findings = here.map(({ id, reason }) =>
    running !== undefined && !running.some((other) => other.id === id)
      ? warning(
          'key-only-in-gateway',
          `${id}: ${reason} The running gateway still has the key, from the shell that started it.`,
          'Write the key into PLUGBOARD_HOME/.env, so that it outlives that shell.',
        )
      : error(
          'key-unset',
          `${id} is off: ${reason}`,
          'Export it, or write it into PLUGBOARD_HOME/.env; then: plugboard restart',
        ),
  );
  const missing = (running ?? []).filter(({ id }) => !here.some((other) => other.id === id));
  return [
    ...findings,
    ...missing.map(({ id, reason }) =>
      error(
        'key-only-here',
        `${id} is off in the running gateway: ${reason} This shell has the key; the gateway was started from another.`,
        'Run: plugboard restart (or write the key into PLUGBOARD_HOME/.env)',
      ),
    ),
  ];
}
