import type { AuthScheme, Provider } from './provider.ts';

export const SEARCH_KINDS = ['searxng', 'brave', 'tavily', 'exa'] as const;
export type SearchKind = (typeof SEARCH_KINDS)[number];

/** The user's search service, which answers for models whose provider has no search of its own.
 *  @property provider   where it is and how its calls are signed: a provider to the transport, though no model's.
 *  @property maxResults of one search.
 *  @property maxRounds  how often a model may search before it has to answer. */
export type SearchService = {
  readonly kind: SearchKind;
  readonly provider: Provider;
  readonly maxResults: number;
  readonly maxRounds: number;
};

/** What is known of each kind. @property baseUrl  absent where every user has another one. */
export const SEARCH_DEFAULTS: {
  readonly [K in SearchKind]: { readonly baseUrl?: string; readonly auth: AuthScheme; readonly needsKey: boolean };
} = {
  // https://docs.searxng.org/dev/search_api.html
  searxng: { auth: { type: 'bearer' }, needsKey: false },
  // https://api-dashboard.search.brave.com/app/documentation/web-search/get-started
  brave: {
    baseUrl: 'https://api.search.brave.com/res/v1',
    auth: { type: 'header', name: 'x-subscription-token' },
    needsKey: true,
  },
  // https://docs.tavily.com/documentation/api-reference/endpoint/search
  tavily: { baseUrl: 'https://api.tavily.com', auth: { type: 'bearer' }, needsKey: true },
  // https://docs.exa.ai/reference/search
  exa: { baseUrl: 'https://api.exa.ai', auth: { type: 'header', name: 'x-api-key' }, needsKey: true },
};
