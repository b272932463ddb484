import { GatewayError } from '../../ir/failure.ts';
import { isJsonObject, parseJson } from '../../ir/json.ts';
import type { SearchService } from '../../providers/search-service.ts';
import { anyModelOf } from '../ask-provider.ts';
import type { Transport } from '../upstream.ts';
import { SERVICES, type SearchResult } from './services.ts';

/** @property why  one sentence for the model, without anything of the query. */
export type SearchAnswer =
  | { readonly ok: true; readonly results: readonly SearchResult[] }
  | { readonly ok: false; readonly why: string };

export type AskSearch = (query: string, signal: AbortSignal) => Promise<SearchAnswer>;

const TIME_LIMIT_MS = 15_000;
const MAX_BYTES = 2 * 1024 * 1024;
/** Longer questions are cut, in characters: services refuse them. */
const MAX_QUERY = 400;

/** Asks the user's search service, within bounds. @throws GatewayError cancelled, where the client left. */
export function searchAsker(transport: Transport, service: SearchService): AskSearch {
  const { question, results } = SERVICES[service.kind];
  const { provider, maxResults } = service;
  return async (query, signal) => {
    const { path, body } = question(query.slice(0, MAX_QUERY), maxResults);
    try {
      const reply = await transport({
        target: { model: anyModelOf(provider), credential: provider.credentials[0] ?? null },
        method: body === undefined ? 'GET' : 'POST',
        path,
        headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        clientHeaders: {},
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]),
      });
      const answer = parseJson(await reply.text(MAX_BYTES));
      if (reply.status !== 200)
        return { ok: false, why: `The search service answered with the status ${reply.status}.` };
      if (!isJsonObject(answer)) return { ok: false, why: 'The search service did not answer in JSON.' };
      return { ok: true, results: results(answer).slice(0, maxResults) };
    } catch (error) {
      if (!(error instanceof GatewayError) || signal.aborted) throw error;
      return { ok: false, why: 'The search service could not be reached in time.' };
    }
  };
}
