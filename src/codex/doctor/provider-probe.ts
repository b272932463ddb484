import { isModelList, listedModels } from '../../config/discover.ts';
import type { DiscoveredModel } from '../../config/snapshot.ts';
import { type Failure, GatewayError } from '../../ir/failure.ts';
import { parseJson } from '../../ir/json.ts';
import { protocolById } from '../../protocols/registry.ts';
import type { Model, Provider } from '../../providers/provider.ts';
import type { Transport } from '../../upstream/upstream.ts';

/** What a provider said to a question that costs nothing. */
export type ProbeReply =
  | { readonly answered: true; readonly status: number; readonly text: string }
  | { readonly answered: false; readonly failure: Failure };

/** @property path      where a call of its protocol goes, behind the base URL.
 *  @property list      the reply to its model list.
 *  @property modelIds  the ids that it lists, where it gave a list.
 *  @property endpoint  the reply to an empty call of its protocol's endpoint, asked where the list leaves open whether the
 *                      endpoint is there: 400 tells that it is, 404 that it is not. An empty call is refused before it
 *                      costs anything. */
export type ProviderProbe = {
  readonly provider: Provider;
  readonly path: string;
  readonly list: ProbeReply;
  readonly modelIds?: readonly string[];
  readonly endpoint?: ProbeReply;
};

const TIME_LIMIT_MS = 10_000;
const TEXT_LIMIT = 8 * 1024 * 1024;

/** @param model  one of the provider's, or any: the transport signs a call for a target. */
export async function probeProvider(model: Model, transport: Transport): Promise<ProviderProbe> {
  const { provider } = model;
  const list = await askOnce(model, transport, 'GET', provider.modelList?.path ?? '/models', null);
  const modelIds = list.answered && list.status === 200 ? listedIds(list.text, provider) : undefined;
  const unlisted = list.answered && (list.status === 404 || (list.status === 200 && modelIds === undefined));
  const unsure = unlisted || (modelIds !== undefined && provider.protocol === 'openai-responses' && !provider.native);
  const path = protocolById(provider.protocol).egress.path(model.upstreamId, false);
  // A path that names a model answers 404 for one that nobody has.
  const isWhole = model.upstreamId !== '' || path === protocolById(provider.protocol).egress.path('any', false);
  const endpoint = unsure && isWhole ? await askOnce(model, transport, 'POST', path, '{}') : undefined;
  return {
    provider,
    path,
    list,
    ...(modelIds === undefined ? {} : { modelIds }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** One question, with a limit of time. */
export async function askOnce(
  model: Model,
  transport: Transport,
  method: 'GET' | 'POST',
  path: string,
  body: string | null,
): Promise<ProbeReply> {
  try {
    const reply = await transport({
      target: { model, credential: model.provider.credentials[0] ?? null },
      method,
      path,
      headers: body === null ? {} : { 'content-type': 'application/json' },
      clientHeaders: {},
      body,
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    });
    return { answered: true, status: reply.status, text: await reply.text(TEXT_LIMIT) };
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    const failure: Failure =
      cause.failure.kind === 'cancelled'
        ? { kind: 'timeout', message: `It did not answer within ${TIME_LIMIT_MS / 1000} s.` }
        : cause.failure;
    return { answered: false, failure };
  }
}

/** The ids in a model list; undefined where the reply is none, as the front page of a site. */
function listedIds(text: string, provider: Provider): readonly string[] | undefined {
  return modelsIn(text, provider)?.map(({ id }) => id);
}

/** The models in a list; undefined where the reply is none. */
export function modelsIn(text: string, { modelList = { path: '' } }: Provider): readonly DiscoveredModel[] | undefined {
  const body = parseJson(text);
  if (!isModelList(body, modelList)) return undefined;
  return listedModels(body, modelList);
}
