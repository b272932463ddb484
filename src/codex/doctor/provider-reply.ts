import type { Failure } from '../../ir/failure.ts';
import type { Provider } from '../../providers/provider.ts';
import { error, type Finding, warning } from './finding.ts';
import type { ProbeReply } from './provider-probe.ts';

/** What the answer to a question that costs nothing tells of the network, the key and the account.
 *  @param proxy  that the calls go through; undefined: none. */
export function checkReply(provider: Provider, reply: ProbeReply, proxy: string | undefined): Finding[] {
  if (!reply.answered) return [unreachable(provider, reply.failure, proxy)];
  const { id } = provider;
  switch (reply.status) {
    case 401:
      return [error('provider-401', `${id} refuses the key (401).`, keyMend(provider))];
    case 402:
      return [
        error('provider-402', `${id} wants payment (402).`, 'Add credit to the account, or use another provider.'),
      ];
    case 403:
      return [
        error(
          'provider-403',
          `${id} knows the key but forbids the call (403).`,
          'Check the account: its region, its plan, the rights of this key.',
        ),
      ];
    case 429:
      return [
        warning(
          'provider-429',
          `${id} says that the limit is reached (429).`,
          'Wait, or check the balance and the limits of the account.',
        ),
      ];
    default:
      return reply.status >= 500
        ? [
            warning(
              'provider-5xx',
              `${id} answers with ${reply.status}.`,
              'Its servers are in trouble; try again later, or put a fallback behind it.',
            ),
          ]
        : [];
  }
}

function unreachable(provider: Provider, failure: Failure, proxy: string | undefined): Finding {
  const { id, baseUrl } = provider;
  const said = `${id} does not answer at ${baseUrl}: ${failure.message}`;
  if (failure.code?.includes('WRONG_VERSION_NUMBER') === true || failure.code === 'EPROTO') {
    return error(
      'provider-tls',
      `${id} does not speak TLS at ${baseUrl}.`,
      `If it has no certificate, use base_url: ${baseUrl.replace(/^https:/, 'http:')}`,
    );
  }
  if (/certificate|CERT_|TLS|SSL/i.test(`${failure.message} ${failure.code ?? ''}`)) {
    return error(
      'provider-tls',
      said,
      `If a company proxy signs the traffic: set ca_file under providers.${id} to its certificate.`,
    );
  }
  if (proxy !== undefined || /proxy/i.test(failure.message)) {
    const through = proxy === undefined ? '' : ` The call goes through the proxy ${new URL(proxy).host}.`;
    return error('provider-proxy', `${said}${through}`, `Check proxy under providers.${id}, HTTPS_PROXY and NO_PROXY.`);
  }
  if (provider.local) {
    return error(
      'provider-not-running',
      `${provider.name} is not running at ${baseUrl}.`,
      `Start ${provider.name} and load a model, then: plugboard doctor`,
    );
  }
  return error(
    'provider-unreachable',
    said,
    'Check the network and base_url. Behind a company proxy: set HTTPS_PROXY, or proxy under the provider.',
  );
}

function keyMend(provider: Provider): string {
  return `Put a valid key under providers.${provider.id}.api_key, or into the variable that it names, and restart: plugboard restart`;
}
