import { type Failure, GatewayError } from '../ir/failure.ts';

/** Error codes of Node and undici that mean a name, a certificate or a time limit; all others are the connection's. */
const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
const CERTIFICATES: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
/** A connection that broke in the middle: a pooled one that the provider had closed meanwhile looks like this. */
const RESETS: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** @param host  the host that was called, with its port; for the words alone. */
export function transportFailure(error: unknown, host: string): Failure {
  if (error instanceof GatewayError) return error.failure;
  const code = errorCode(error);
  const told = (kind: Failure['kind'], message: string, mend?: string): Failure => ({
    kind,
    message,
    ...(mend === undefined ? {} : { mend }),
    ...(code === '' ? {} : { code }),
  });
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return told('timeout', `No connection to ${host} within the connect timeout.`);
  if (TIMEOUTS.has(code)) return told('timeout', `${host} stopped answering.`);
  if (CERTIFICATES.has(code)) {
    return told(
      'transport',
      `The certificate of ${host} is not trusted (${code}).`,
      'Behind a company proxy, name its certificate with `ca_file` at the provider in config.yaml.',
    );
  }
  if (refusedByProxy(error)) {
    return told(
      'transport',
      `The proxy on the way to ${host} refused the call.`,
      'Check `proxy`, HTTPS_PROXY and NO_PROXY.',
    );
  }
  switch (code) {
    case 'ECONNREFUSED':
      return told('transport', `${host} refuses connections.`, 'Start the server there, or correct `base_url`.');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return told('transport', `The name in ${host} cannot be resolved.`, 'Check `base_url` and the network.');
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return told('transport', `${host} cannot be reached.`, 'Check the network and the proxy.');
    case 'UND_ERR_PRX_TLS':
      return told('transport', `The proxy on the way to ${host} failed.`, 'Check `proxy`, HTTPS_PROXY and NO_PROXY.');
    default:
      return told('transport', RESETS.has(code) ? `${host} broke the connection off.` : `The call to ${host} failed.`);
  }
}

/** The connection broke before a byte of the reply came: the same target may be tried once more. */
export function wasReset(failure: Failure): boolean {
  return failure.kind === 'transport' && failure.code !== undefined && RESETS.has(failure.code);
}

/** undici has no code for it: `Proxy response (407) !== 200 when HTTP Tunneling`. */
function refusedByProxy(error: unknown): boolean {
  const causes = error instanceof Error ? [error, error.cause] : [];
  return causes.some((cause) => cause instanceof Error && cause.message.startsWith('Proxy response ('));
}

/** The code of an error, of its cause, or of the first of several (one for each address that was tried). */
function errorCode(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; depth += 1) {
    if ('code' in at && typeof at.code === 'string' && at.code !== 'UND_ERR_ABORTED') return at.code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return '';
}
