import type { Headers } from '../protocols/protocol.ts';

/** Guards against web pages that reach for the gateway through the user's browser: by a name that resolves to this
 *  machine (`Host`), or across origins (`Origin`).
 *  @param allowedHosts  further names, with or without a port.
 *  @returns what is wrong, or undefined. */
export function hostProblem(headers: Headers, allowedHosts: readonly string[]): string | undefined {
  const host = headers['host'];
  if (host === undefined || !isAllowed(host, allowedHosts)) {
    return `The host "${shown(host)}" is not served here. Add it to \`server.allowed_hosts\` in config.yaml.`;
  }
  const origin = headers['origin'];
  if (origin === undefined) return undefined;
  const originHost = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase();
  if (originHost !== undefined && (originHost === host.toLowerCase() || isListed(originHost, allowedHosts)))
    return undefined;
  return `The origin "${shown(origin)}" may not call this gateway. Add its host to \`server.allowed_hosts\` in config.yaml.`;
}

/** May the gateway listen there without a word from the user? */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || name === '::ffff:127.0.0.1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

function isAllowed(host: string, allowedHosts: readonly string[]): boolean {
  return isLoopback(hostnameOf(host)) || isListed(host.toLowerCase(), allowedHosts);
}

function isListed(host: string, allowedHosts: readonly string[]): boolean {
  return allowedHosts.some((allowed) => {
    const name = allowed.toLowerCase();
    return name === host || name === hostnameOf(host);
  });
}

/** Without its port: `[::1]:80` is `[::1]`. */
function hostnameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}

function shown(value: string | undefined): string {
  return (value ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}
