import { AsyncLocalStorage } from 'node:async_hooks';
import { GatewayError } from '../ir/failure.ts';
import type { PolicySettings } from '../policy/settings.ts';
import { POLICY_HEADER, parseTightening, tightened } from '../policy/tightening.ts';
import type { Serve } from '../server/kept-turns.ts';

/** The policy of the request at hand: the gateway's own, or what the request narrowed it to.
 *  @property during  serves a request under its policy: whatever is planned, asked or called on its behalf, however deep,
 *                    is held to it.
 *  @property under   answers a question under the policy that its header asks for. */
export type RequestPolicy = {
  readonly current: () => PolicySettings;
  readonly during: (serve: Serve) => Serve;
  readonly under: <T>(header: string | undefined, answer: () => T | Promise<T>) => Promise<T>;
};

/** @param inForce  of the configuration of this moment.
 *  @param ready    ends when what a request narrowed the policy to can be kept. */
export function requestPolicy(
  inForce: () => PolicySettings,
  ready: (narrowed: PolicySettings) => Promise<void>,
): RequestPolicy {
  const narrowed = new AsyncLocalStorage<() => PolicySettings>();
  const under = async <T>(header: string | undefined, answer: () => T | Promise<T>): Promise<T> => {
    if (header === undefined) return answer();
    const policy = narrowing(header, inForce());
    return narrowed.run(policy.current, async () => {
      if (policy.known) await ready(policy.current());
      return answer();
    });
  };
  return {
    current: () => (narrowed.getStore() ?? inForce)(),
    during: (serve) => (request, reply) => under(request.headers[POLICY_HEADER], () => serve(request, reply)),
    under,
  };
}

/** Once for the whole request: what it was promised holds, even where the configuration is read again meanwhile. */
function narrowing(
  header: string,
  inForce: PolicySettings,
): { readonly known: boolean; readonly current: () => PolicySettings } {
  const asked = parseTightening(header);
  if (asked === undefined) return { known: false, current: misunderstood };
  const policy = tightened(inForce, asked);
  return { known: true, current: () => policy };
}

function misunderstood(): never {
  throw new GatewayError({
    kind: 'policy',
    message: `The header ${POLICY_HEADER} asks for what this gateway does not know.`,
    mend: 'Restart the gateway, so that it is as new as the command: plugboard restart',
  });
}
