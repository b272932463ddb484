import type { SearchPort } from '../pipeline/search/search-rounds.ts';
import type { SearchService } from '../providers/search-service.ts';
import { searchAsker } from '../upstream/search/ask-search.ts';
import type { Transport } from '../upstream/upstream.ts';

/** The search service of the configuration of this moment. */
export function searchPort(
  transport: Transport,
  current: () => SearchService | undefined,
): () => SearchPort | undefined {
  return () => {
    const service = current();
    return service === undefined ? undefined : { ask: searchAsker(transport, service), maxRounds: service.maxRounds };
  };
}
