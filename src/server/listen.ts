import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { isLoopback } from './host.ts';

/** Why the gateway could not start. @property mend  the line or command that helps. */
export class ServeError extends Error {
  override readonly name = 'ServeError';
  readonly mend: string;

  constructor(message: string, mend: string, options?: ErrorOptions) {
    super(message, options);
    this.mend = mend;
  }
}

export type Address = { readonly host: string; readonly port: number; readonly tls: boolean };

/** @param hasToken  a token is demanded of every caller.
 *  @returns the URL under which clients on this machine reach it.
 *  @throws ServeError */
export async function listen(app: FastifyInstance, address: Address, hasToken: boolean): Promise<string> {
  const { host, port } = address;
  if (!hasToken && !isLoopback(host)) {
    throw new ServeError(
      `The gateway does not listen on ${host} without authentication: anyone there could spend your keys.`,
      'Set `server.host` to 127.0.0.1 in config.yaml.',
    );
  }
  try {
    await app.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port });
  } catch (cause) {
    throw listenError(cause, address);
  }
  const bound = app.server.address();
  const usedPort = typeof bound === 'object' && bound !== null ? bound.port : port;
  return `${address.tls ? 'https' : 'http'}://${reachable(host)}:${usedPort}`;
}

function listenError(cause: unknown, { host, port }: Address): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : '';
  switch (code) {
    case 'EADDRINUSE':
      return new ServeError(
        `Port ${port} on ${host} is in use, perhaps by another gateway.`,
        'See: plugboard status. Or choose another port: plugboard serve --port N, or `server.port` in config.yaml.',
        { cause },
      );
    case 'EACCES':
      return new ServeError(`Port ${port} may not be opened by this user.`, 'Choose a port above 1023.', { cause });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ServeError(`This machine has no address ${host}.`, 'Correct `server.host` in config.yaml.', { cause });
    default:
      return cause;
  }
}

/** An address that means "all of them" is no place to go to. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::' || host === '::1') return '[::1]';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** @throws ServeError */
export function readTls(files: { readonly certFile: string; readonly keyFile: string }): { cert: string; key: string } {
  return { cert: readPem(files.certFile, 'cert'), key: readPem(files.keyFile, 'key') };
}

function readPem(file: string, member: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ServeError(`${file} cannot be read.`, `Correct \`server.tls.${member}\` in config.yaml.`, { cause });
  }
}
