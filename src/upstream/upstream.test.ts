import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testProvider } from '../providers/testing/provider.ts';
import { requestUrl } from './upstream.ts';

const provider = testProvider({ baseUrl: 'https://host.example/v1', query: { 'api-version': '7' } });

test('a path stands behind the base URL, or at the root of its host', () => {
  assert.equal(requestUrl(provider, '/models?limit=9').href, 'https://host.example/v1/models?limit=9&api-version=7');
  assert.equal(requestUrl(provider, '//api/tags').href, 'https://host.example/api/tags?api-version=7');
});

test('no path leads to another host, to which the key would go', () => {
  for (const path of [
    '///evil.example/x',
    '////evil.example/x',
    '//\\evil.example/x',
    '/\\evil.example/x',
    '//@evil.example',
  ])
    assert.equal(requestUrl(provider, path).host, 'host.example', path);
});
