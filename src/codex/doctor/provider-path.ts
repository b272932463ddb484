import type { Provider } from '../../providers/provider.ts';
import { error, type Finding } from './finding.ts';
import { ENDPOINT } from './provider-probe.ts';

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
  const endpoint = /\/(responses|chat\/completions|messages)\/?$/.exec(pathname);
  if (endpoint !== null) {
    return [
      error(
        'provider-path',
        `${provider.id}: base_url ends in /${endpoint[1]}, which Plugboard adds itself.`,
        `Use base_url: ${provider.baseUrl.slice(0, provider.baseUrl.lastIndexOf(endpoint[0]))}`,
      ),
    ];
  }
  return [];
}

/** Nothing is there where the calls would go. @param status  of the reply. */
export function nothingThere(provider: Provider, status: number): Finding {
  const rule = `base_url is all that stands before ${ENDPOINT[provider.protocol]}`;
  const bare = new URL(provider.baseUrl).pathname === '/';
  return error(
    'provider-404',
    `${provider.id} has nothing at ${provider.baseUrl}${ENDPOINT[provider.protocol]} (${status}).`,
    bare
      ? `${rule}; most providers want /v1 at its end: ${provider.baseUrl}/v1`
      : `${rule}; check it against the provider's documentation.`,
  );
}
