import { PROTOCOL_IDS, type ProtocolId } from '../../ir/protocol-id.ts';
import { protocolById } from '../../protocols/registry.ts';
import type { Provider } from '../../providers/provider.ts';
import { error, type Finding } from './finding.ts';

/** A base URL that is wrong on its face. */
export function checkBasePath(provider: Provider): Finding[] {
  const { pathname } = new URL(provider.baseUrl);
  const doubled = /(\/v\d+(?:beta)?)\1\/?$/.exec(pathname);
  if (doubled !== null) {
    return [
      error(
        'provider-path',
        `${provider.id}: base_url has ${doubled[1]} twice.`,
        `Use base_url: ${provider.baseUrl.slice(0, -(doubled[1] ?? '').length)}`,
      ),
    ];
  }
  const endpoint = PROTOCOL_IDS.map((id) => endpointIn(pathname, id)).find((end) => end !== undefined);
  if (endpoint !== undefined) {
    return [
      error(
        'provider-path',
        `${provider.id}: base_url ends in ${endpoint}, which Plugboard adds itself.`,
        `Use base_url: ${provider.baseUrl.slice(0, provider.baseUrl.lastIndexOf(endpoint))}`,
      ),
    ];
  }
  return [];
}

/** The path of a protocol's calls, where a URL's path ends in it, whatever model it names. */
function endpointIn(pathname: string, protocol: ProtocolId): string | undefined {
  const path = pathname.replace(/\/$/, '');
  const [head = '', tail] = protocolById(protocol).egress.path(ANY_MODEL, false).split(ANY_MODEL);
  const at = path.lastIndexOf(head);
  if (at === -1) return undefined;
  const rest = path.slice(at + head.length);
  const isEnd = tail === undefined ? rest === '' : rest.endsWith(tail) && !rest.includes('/');
  return isEnd ? path.slice(at) : undefined;
}

const ANY_MODEL = 'MODEL';

/** Nothing is there where the calls would go. @param path  behind the base URL. @param status  of the reply. */
export function nothingThere(provider: Provider, path: string, status: number): Finding {
  const rule = `base_url is all that stands before ${path}`;
  const bare = new URL(provider.baseUrl).pathname === '/';
  return error(
    'provider-404',
    `${provider.id} has nothing at ${provider.baseUrl}${path} (${status}).`,
    bare
      ? `${rule}; most providers want /v1 at its end: ${provider.baseUrl}/v1`
      : `${rule}; check it against the provider's documentation.`,
  );
}
