import type { Failure } from '../../ir/failure.ts';
import { isSameModel } from '../../providers/known-model.ts';
import type { Model, Provider } from '../../providers/provider.ts';
import { error, type Finding, ok, warning } from './finding.ts';
import type { ProbeReply, ProviderProbe } from './provider-probe.ts';

/** What a probe tells of one provider: the network between us, its key, its path, its models. */
export function checkProvider(probe: ProviderProbe, models: readonly Model[]): Finding[] {
  const { provider, list } = probe;
  const findings = [...pathFindings(provider), ...replyFindings(provider, list), ...endpointFindings(probe)];
  if (probe.modelIds !== undefined) findings.push(...absentModels(provider, probe.modelIds, models));
  const failed = findings.some((finding) => finding.level === 'error');
  return failed || list === undefined
    ? findings
    : [...findings, ok('provider', `${provider.id} answers at ${provider.baseUrl}.`)];
}

function pathFindings(provider: Provider): Finding[] {
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

function replyFindings(provider: Provider, reply: ProbeReply): Finding[] {
  if (!reply.answered) return [unreachableFinding(provider, reply.failure)];
  switch (reply.status) {
    case 401:
      return [error('provider-401', `${provider.id} refuses the key (401).`, keyMend(provider))];
    case 403:
      return [
        error(
          'provider-403',
          `${provider.id} knows the key but forbids the call (403).`,
          'Check the account: its region, its plan, the rights of this key.',
        ),
      ];
    case 429:
      return [
        warning(
          'provider-429',
          `${provider.id} says that the limit is reached (429).`,
          'Wait, or check the balance and the limits of the account.',
        ),
      ];
    case 200:
      return [];
    default:
      return reply.status >= 500
        ? [
            warning(
              'provider-5xx',
              `${provider.id} answers with ${reply.status}.`,
              'Its servers are in trouble; try again later, or put a fallback behind it.',
            ),
          ]
        : [];
  }
}

function unreachableFinding(provider: Provider, failure: Failure): Finding {
  const said = `${provider.id} does not answer at ${provider.baseUrl}: ${failure.message}`;
  if (/certificate|self.signed|CERT_|TLS|SSL/i.test(failure.message)) {
    return error(
      'provider-tls',
      said,
      `If a company proxy signs the traffic: set ca_file under providers.${provider.id} to its certificate.`,
    );
  }
  if (/proxy/i.test(failure.message)) {
    return error('provider-proxy', said, `Check proxy under providers.${provider.id}, HTTPS_PROXY and NO_PROXY.`);
  }
  if (provider.local) {
    return error(
      'provider-not-running',
      `${provider.name} is not running at ${provider.baseUrl}.`,
      `Start ${provider.name} and load a model, then: plugboard doctor`,
    );
  }
  return error(
    'provider-unreachable',
    said,
    'Check the network and base_url. Behind a company proxy: set HTTPS_PROXY, or proxy under the provider.',
  );
}

/** A provider need not list its models; its endpoint it must have. */
function endpointFindings({ provider, list, endpoint }: ProviderProbe): Finding[] {
  if (endpoint?.answered !== true || (endpoint.status !== 404 && endpoint.status !== 405)) return [];
  const listed = list.answered && list.status === 200;
  return provider.protocol === 'openai-responses' && listed
    ? [
        error(
          'provider-chat-only',
          `${provider.id} has no Responses endpoint (${endpoint.status}).`,
          `Set protocol: openai-chat under providers.${provider.id}.`,
        ),
      ]
    : [
        error(
          'provider-404',
          `${provider.id} has nothing at ${provider.baseUrl} (${endpoint.status}).`,
          pathMend(provider),
        ),
      ];
}

function absentModels(provider: Provider, ids: readonly string[], models: readonly Model[]): Finding[] {
  return models
    .filter((model) => model.provider.id === provider.id && !ids.some((id) => isSameModel(id, model.upstreamId)))
    .map((model) =>
      provider.local
        ? error(
            'model-not-pulled',
            `${provider.name} has no model ${model.upstreamId} (slug ${model.slug}).`,
            `Pull it (ollama pull ${model.upstreamId}, lms get ${model.upstreamId}), or name one that is there: ${some(ids)}.`,
          )
        : error(
            'model-absent',
            `${provider.id} does not list ${model.upstreamId} (slug ${model.slug}).`,
            `See what it has: plugboard models --live. Among them: ${some(ids)}.`,
          ),
    );
}

/** Members of a request that a provider refused of late, by the ledger.
 *  @property parameter  as the provider named it. */
export function checkRefusedFeatures(
  refused: readonly { readonly provider: string; readonly parameter: string }[],
): Finding[] {
  return refused.map(({ provider, parameter }) =>
    warning(
      'provider-refuses-feature',
      `${provider} refuses the member ${parameter} of a request.`,
      `Leave it out for this provider: quirks: [{ kind: drop-field, field: ${parameter}, source: doctor }] under providers.${provider}.`,
    ),
  );
}

const some = (ids: readonly string[]): string => ids.slice(0, 5).join(', ') || 'none';

function keyMend(provider: Provider): string {
  return `Put a valid key under providers.${provider.id}.api_key, or into the variable that it names, and restart: plugboard restart`;
}

function pathMend(provider: Provider): string {
  const { pathname } = new URL(provider.baseUrl);
  return pathname === '/' || pathname === ''
    ? `base_url is all that stands before /chat/completions: most providers want /v1 at its end: ${provider.baseUrl.replace(/\/$/, '')}/v1`
    : `base_url is all that stands before /chat/completions; check it against the provider's documentation.`;
}
