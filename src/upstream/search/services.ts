import { isJsonObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { SearchKind } from '../../providers/search-service.ts';

/** One page that was found. @property text  what the service says of it; may hold markup. */
export type SearchResult = { readonly title: string; readonly url: string; readonly text: string };

/** @property body  sent with a POST; absent: a GET. */
export type SearchQuestion = { readonly path: string; readonly body?: JsonObject };

/** How each service is asked, and how it answers. */
export const SERVICES: {
  readonly [K in SearchKind]: {
    readonly question: (query: string, count: number) => SearchQuestion;
    readonly results: (answer: JsonObject) => readonly SearchResult[];
  };
} = {
  searxng: {
    question: (query) => ({ path: `/search?${new URLSearchParams({ q: query, format: 'json' })}` }),
    results: (answer) => listed(answer['results'], 'title', ['content']),
  },
  brave: {
    question: (query, count) => ({ path: `/web/search?${new URLSearchParams({ q: query, count: String(count) })}` }),
    results: (answer) =>
      listed(isJsonObject(answer['web']) ? answer['web']['results'] : undefined, 'title', ['description']),
  },
  tavily: {
    question: (query, count) => ({ path: '/search', body: { query, max_results: count } }),
    results: (answer) => listed(answer['results'], 'title', ['content']),
  },
  exa: {
    question: (query, count) => ({
      path: '/search',
      body: { query, numResults: count, contents: { text: { maxCharacters: 1_000 } } },
    }),
    results: (answer) => listed(answer['results'], 'title', ['text', 'summary']),
  },
};

function listed(list: Json | undefined, titleIn: string, textIn: readonly string[]): readonly SearchResult[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry) => {
    if (!isJsonObject(entry) || typeof entry['url'] !== 'string' || !/^https?:\/\//.test(entry['url'])) return [];
    const text = textIn.map((name) => entry[name]).find((one) => typeof one === 'string');
    return [{ title: textOf(entry[titleIn]), url: entry['url'], text: textOf(text) }];
  });
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
