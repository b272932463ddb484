import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../providers/provider.ts';
import { SEARCH_DEFAULTS, SEARCH_KINDS } from '../../providers/search-service.ts';
import { testProvider } from '../../providers/testing/provider.ts';
import { startSearchService } from '../../simulator/search-service.ts';
import { withCredentials } from '../credentials.ts';
import { layered } from '../layers.ts';
import { createHttpTransport } from '../transport.ts';
import { searchAsker } from './ask-search.ts';

const PAGES = [
  { title: 'One', url: 'https://one.example/', text: 'First <b>page</b>.' },
  { title: 'Two', url: 'javascript:alert(1)', text: 'No address.' },
  { title: 'Three', url: 'https://three.example/', text: 'Third page.' },
];

for (const kind of SEARCH_KINDS) {
  test(`${kind} is asked and understood`, async (t) => {
    const service = await startSearchService(PAGES);
    const http = createHttpTransport({});
    t.after(async () => {
      await http.close();
      await service.close();
    });
    const provider = testProvider({
      baseUrl: service.url,
      auth: SEARCH_DEFAULTS[kind].auth,
      credentials: [{ id: 'c', secret: new Secret('key-of-search') }],
    });
    const transport = layered(http.transport, [withCredentials]);
    const ask = searchAsker(transport, { kind, provider, maxResults: 2, maxRounds: 5 });
    const answer = await ask('who & what?', new AbortController().signal);
    assert.deepEqual(answer, {
      ok: true,
      results: [PAGES[0], PAGES[2]],
    });
    assert.deepEqual(service.queries, ['who & what?']);
    assert.ok(Object.values(service.headers()).some((value) => String(value).includes('key-of-search')));
  });
}

test('what the service does not answer is told in words', async (t) => {
  const http = createHttpTransport({});
  t.after(http.close);
  const ask = async (status: number, text: string) => {
    const service = await startSearchService([], { status, text });
    t.after(service.close);
    const provider = testProvider({ baseUrl: service.url, auth: { type: 'none' } });
    return searchAsker(http.transport, { kind: 'searxng', provider, maxResults: 2, maxRounds: 5 })(
      'x',
      new AbortController().signal,
    );
  };
  assert.deepEqual(await ask(403, '{}'), { ok: false, why: 'The search service answered with the status 403.' });
  assert.deepEqual(await ask(200, '<html>'), { ok: false, why: 'The search service did not answer in JSON.' });
  assert.deepEqual(await ask(200, '{}'), { ok: true, results: [] });
  const nowhere = searchAsker(http.transport, {
    kind: 'searxng',
    provider: testProvider(),
    maxResults: 2,
    maxRounds: 5,
  });
  const lost = await nowhere('x', new AbortController().signal);
  assert.match(lost.ok ? '' : lost.why, /could not be reached/);
});
