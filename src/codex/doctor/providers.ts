import type { Failure } from '../../ir/failure.ts';
import { isSameModel } from '../../providers/known-model.ts';
import type { Model, Provider } from '../../providers/provider.ts';
import { error, type Finding, ok, warning } from './finding.ts';
import { checkBasePath, nothingThere } from './provider-path.ts';
import type { ProbeReply, ProviderProbe } from './provider-probe.ts';
import { checkReply } from './provider-reply.ts';

/** What a probe tells of one provider: the network between us, its key, its path, its models.
 *  @param proxy  that calls to it go through; undefined: none. */
export function checkProvider(probe: ProviderProbe, models: readonly Model[], proxy?: string): Finding[] {
  const { provider, list } = probe;
  if (!list.answered && list.failure.kind === 'policy') return [keptOut(list.failure)];
  const slips = checkBasePath(provider);
  if (slips.length > 0) return slips;
  const findings = [...checkReply(provider, list, proxy), ...checkEndpoint(probe, proxy)];
  if (probe.modelIds !== undefined) findings.push(...absentModels(provider, probe.modelIds, models));
  const failed = findings.some((finding) => finding.level === 'error');
  return failed ? findings : [...findings, ok('provider', `${provider.id} answers at ${provider.baseUrl}.`)];
}

/** Named by `check` alone: nothing is out of order. */
export const KEPT_OUT = 'provider-policy';

function keptOut({ message, mend = '' }: Failure): Finding {
  return warning(KEPT_OUT, message, mend);
}

/** A provider need not list its models; its endpoint it must have. */
function checkEndpoint(
  { provider, path, list, modelIds, endpoint }: ProviderProbe,
  proxy: string | undefined,
): Finding[] {
  if (endpoint === undefined) return list.answered && list.status === 200 ? [] : unusual(provider, list);
  if (!endpoint.answered || !ABSENT.has(endpoint.status)) return checkReply(provider, endpoint, proxy);
  return provider.protocol === 'openai-responses' && modelIds !== undefined
    ? [
        error(
          'provider-chat-only',
          `${provider.id} has no Responses endpoint (${endpoint.status}).`,
          `Set protocol: openai-chat under providers.${provider.id}.`,
        ),
      ]
    : [nothingThere(provider, path, endpoint.status)];
}

/** Statuses of a server that has no such endpoint. */
const ABSENT: ReadonlySet<number> = new Set([404, 405, 501]);

/** A list that is refused in a way that says neither key nor limit. */
function unusual(provider: Provider, list: ProbeReply): Finding[] {
  if (!list.answered || list.status >= 500 || NAMED.has(list.status)) return [];
  return [
    warning(
      'provider-status',
      `${provider.id} answers the question for its models with ${list.status}.`,
      `Check base_url, query and the key; then make one call: plugboard test SLUG --call`,
    ),
  ];
}

/** Statuses that `checkReply` explains. */
const NAMED: ReadonlySet<number> = new Set([401, 402, 403, 429]);

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
