import { readRunState } from '../config/run-state.ts';
import type { ServerSettings } from '../config/snapshot.ts';
import type { CommandContext } from './context.ts';

/** Where the gateway is, or will be: what the running one says, else what the configuration says.
 *  @returns its origin, without a trailing slash. */
export function gatewayUrl(server: ServerSettings, context: CommandContext): string {
  const found = readRunState(context.places.home);
  if (found.status === 'running') return found.state.url.replace(/\/+$/, '');
  return `${server.tls === undefined ? 'http' : 'https'}://${reachable(server.host)}:${server.port}`;
}

/** A gateway that listens everywhere is called on loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
