import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../ir/json.ts';

/** A page that the service knows. */
export type KnownPage = { readonly title: string; readonly url: string; readonly text: string };

/** @property url      without path. @property queries  what it was asked so far.
 *  @property headers  of the last question. */
export type SimulatedSearch = {
  readonly url: string;
  readonly queries: readonly string[];
  readonly headers: () => IncomingMessage['headers'];
  readonly close: () => Promise<void>;
};

/** A search service that finds the same pages for every question, in the forms of SearXNG, Brave, Tavily and Exa: which
 *  one is asked shows in the path and the members of the question.
 *  @param answer  in place of the pages: another status, or a text that is no JSON. */
export async function startSearchService(
  pages: readonly KnownPage[],
  answer?: { readonly status: number; readonly text: string },
): Promise<SimulatedSearch> {
  const queries: string[] = [];
  let headers: IncomingMessage['headers'] = {};
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += String(piece);
    const body = parseJson(text);
    const url = new URL(request.url ?? '/', 'http://search');
    const query = isJsonObject(body) ? body['query'] : url.searchParams.get('q');
    queries.push(String(query));
    headers = request.headers;
    response.writeHead(answer?.status ?? 200, { 'content-type': 'application/json' });
    response.end(answer?.text ?? JSON.stringify(reply(url, body, pages)));
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    queries,
    headers: () => headers,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function reply(url: URL, body: Json | undefined, pages: readonly KnownPage[]): JsonObject {
  if (url.pathname.endsWith('/web/search')) {
    return { web: { results: pages.map((page) => ({ title: page.title, url: page.url, description: page.text })) } };
  }
  const isExa = isJsonObject(body) && body['numResults'] !== undefined;
  const place = isExa ? 'text' : 'content';
  return { results: pages.map((page) => ({ title: page.title, url: page.url, [place]: page.text })) };
}
