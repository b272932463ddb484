import assert from 'node:assert/strict';
import { test } from 'node:test';
import { egress } from './egress.ts';

test('a model stands in the path by its name, or by the path that its provider gave it', () => {
  assert.equal(egress.path('gemini-3.8-flash', false), '/models/gemini-3.8-flash:generateContent');
  assert.equal(egress.path('tunedModels/mine-7', true), '/tunedModels/mine-7:streamGenerateContent?alt=sse');
  assert.equal(egress.path('publishers/google/models/x', false), '/publishers/google/models/x:generateContent');
});

test('a name that a client made up leads nowhere else: not to another host, path or query', () => {
  for (const name of [
    '//evil.example/x',
    '/evil.example/x',
    'a/../../other',
    '..',
    './x',
    'a//b',
    'x?key=1#y',
    '..\\x',
    'x/%2e%2e/y',
  ]) {
    const url = new URL(`https://host.example/v1beta${egress.path(name, false)}`);
    assert.equal(url.host, 'host.example', name);
    assert.ok(url.pathname.startsWith('/v1beta/'), `${name}: ${url.pathname}`);
    assert.ok(url.pathname.endsWith(':generateContent'), `${name}: ${url.pathname}`);
    assert.equal(url.search + url.hash, '', name);
    assert.ok(!egress.path(name, false).startsWith('//'), name);
  }
});
