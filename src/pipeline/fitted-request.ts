import { createHash } from 'node:crypto';
import type { Dialect } from '../ir/dialect.ts';
import type { Loss } from '../ir/loss.ts';
import type { RouteQuery } from '../ir/query.ts';
import type { InferenceRequest, Message } from '../ir/request.ts';
import { type Descriptions, seen } from './images/described.ts';
import { withSearches } from './search/search-history.ts';
import { searchLosses, withSearchTool } from './search/search-tool.ts';
import type { SessionShortener } from './tool-results/session-shortener.ts';

/** @property later         what was added to the conversation since the client asked: rounds of searches.
 *  @property descriptions  words for images.
 *  @property answersSearches  the gateway answers searches of a model whose provider has none.
 *  @property shortens  outputs of tools, where that is switched on.
 *  @property outputLimit  tokens that the reply may have at most. */
export type Fitting = {
  readonly query: Pick<RouteQuery, 'sessionId'>;
  readonly later: readonly Message[];
  readonly descriptions: Descriptions | undefined;
  readonly answersSearches: boolean;
  readonly shortens: ReturnType<SessionShortener> | undefined;
  readonly outputLimit: number | undefined;
};

/** @property searches  a search that the gateway answers is among the tools. */
export type FittedRequest = {
  readonly request: InferenceRequest;
  readonly losses: readonly Loss[];
  readonly searches: boolean;
};

/** The client's request with what the gateway itself does for models of this dialect. */
export function fittedRequest(asked: InferenceRequest, dialect: Dialect, fitting: Fitting): FittedRequest {
  const { query, later, descriptions, answersSearches, shortens, outputLimit } = fitting;
  const searching = answersSearches ? withSearchTool(asked, dialect) : undefined;
  const short = shortens?.(asked.messages) ?? { messages: asked.messages, losses: [] };
  const { messages, losses: unseen } = seen(short.messages, dialect, descriptions);
  const cacheKey = asked.cacheKey ?? derivedCacheKey(query.sessionId, dialect);
  const request = {
    ...(searching ?? asked),
    messages: [...withSearches(messages), ...later],
    // A choice that was forced is made: forced again, the model would never answer.
    ...(later.length === 0 || asked.toolChoice.type === 'none' ? {} : { toolChoice: AUTO }),
    ...(cacheKey === undefined ? {} : { cacheKey }),
    ...(outputLimit === undefined ? {} : { sampling: limited(asked.sampling, outputLimit) }),
  };
  const losses = [...short.losses, ...unseen, ...(searching === undefined ? [] : searchLosses(asked))];
  return { request, losses, searches: searching !== undefined };
}

function limited(sampling: InferenceRequest['sampling'], most: number): InferenceRequest['sampling'] {
  return { ...sampling, maxOutputTokens: Math.min(sampling.maxOutputTokens ?? most, most) };
}

const AUTO = { type: 'auto' } as const;

/** For clients that send no cache key but name their session: the same key for each of its requests, where the provider
 *  understands keys. A digest, since the name is the client's own affair. */
function derivedCacheKey(sessionId: string | undefined, dialect: Dialect): string | undefined {
  if (sessionId === undefined || (dialect.cacheKeyField ?? dialect.cacheKeyHeader) === undefined) return undefined;
  return createHash('sha256').update(sessionId).digest('hex').slice(0, 32);
}
