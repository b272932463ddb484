import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileDialect } from '../providers/dialect.ts';
import { decodeRequest } from './anthropic-messages/decode-request.ts';
import { responsesEgress } from './openai-responses/egress.ts';

const place = { type: 'approximate', city: 'Köln' };
const SEARCH = {
  type: 'web_search_20250305',
  name: 'web_search',
  max_uses: 8,
  allowed_domains: ['example.com'],
  blocked_domains: null,
  user_location: place,
};
const BODY = { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'Search.' }], tools: [SEARCH] };

function sent(native: boolean, members: object = {}) {
  const { value } = decodeRequest({ ...BODY, ...members });
  const dialect = compileDialect('openai-responses', [], native);
  return responsesEgress(() => 'id').open(value, { provider: 'p', model: 'm', dialect });
}

test('a search that a client of the Messages API asks for is asked of a provider of the Responses API that has one', () => {
  const { body, losses } = sent(true);
  assert.deepEqual(body['tools'], [
    { type: 'web_search', filters: { allowed_domains: ['example.com'] }, user_location: place },
  ]);
  assert.deepEqual(
    losses.map((loss) => loss.path),
    ['tools.web_search.max_uses'],
  );
});

test('one that is forced, by its name there, is forced without a name', () => {
  const { body } = sent(true, { tool_choice: { type: 'tool', name: 'web_search' } });
  assert.equal(body['tool_choice'], 'required');
});

test('where the provider has none, that is a loss', () => {
  const { body, losses } = sent(false);
  assert.equal(body['tools'], undefined);
  assert.match(losses[0]?.why ?? '', /no hosted tool "web_search"/);
});
