import { GatewayError } from '../ir/failure.ts';
import type { Headers } from '../protocols/protocol.ts';
import type { Provider, Target } from '../providers/provider.ts';
import type { TransportLayer } from './upstream.ts';

/** What a `passthrough` provider gets of the client's headers: its login and what its own backend reads. */
const PASSED: ReadonlySet<string> = new Set([
  'authorization',
  'chatgpt-account-id',
  'originator',
  'user-agent',
  'version',
  'session-id',
  'thread-id',
  'x-client-request-id',
  'openai-beta',
]);
const PASSED_FAMILIES: readonly string[] = ['x-codex-', 'x-openai-'];

/** Signs every call: the last layer before the wire, and the only code that reveals a key. The provider's own headers are
 *  added where the call has none of that name. Of the client's headers nothing is sent, except to a `passthrough` provider.
 *  @throws GatewayError auth when there is nothing to sign with. */
export const withCredentials: TransportLayer = (next) => (call) => {
  const signed = authHeaders(call.target, call.clientHeaders);
  return next({ ...call, headers: { ...lowerCased(call.target.model.provider.headers), ...call.headers, ...signed } });
};

/** A person may write them in any case. */
export function lowerCased(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function authHeaders({ model, credential }: Target, client: Headers): Headers {
  const { provider } = model;
  switch (provider.auth.type) {
    case 'none':
      return {};
    case 'bearer':
    case 'header': {
      if (credential === null) return provider.local ? {} : missing(provider);
      const key = credential.secret.reveal();
      return provider.auth.type === 'bearer' ? { authorization: `Bearer ${key}` } : { [provider.auth.name]: key };
    }
    case 'passthrough':
      return passedHeaders(client);
  }
}

function passedHeaders(client: Headers): Headers {
  if (client['authorization'] === undefined) {
    throw new GatewayError({
      kind: 'auth',
      message: "This model needs Codex's own login, and the request carries none.",
    });
  }
  return Object.fromEntries(
    Object.entries(client).filter(
      ([name]) => PASSED.has(name) || PASSED_FAMILIES.some((family) => name.startsWith(family)),
    ),
  );
}

function missing(provider: Provider): never {
  throw new GatewayError({ kind: 'auth', message: `No key is set for ${provider.name}.` });
}
