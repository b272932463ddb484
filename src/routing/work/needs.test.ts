import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testModel, testProvider } from '../../providers/testing/provider.ts';
import type { Route } from '../route.ts';
import { testView } from '../testing/view.ts';
import { needsOf } from './needs.ts';

const judge = { model: 'b', threshold: 0.5, timeoutMs: 2_000 };
const routes: readonly Route[] = [
  { slug: 'plain', strategy: 'fallback', targets: ['a', 'b'] },
  { slug: 'auto', strategy: 'auto', targets: ['a', 'b'], patience: 1, judge },
  { slug: 'outer', strategy: 'fallback', targets: ['a', 'auto'] },
  { slug: 'ruled', strategy: 'fallback', targets: ['a'], rules: [{ when: ['review'], use: 'split' }] },
  { slug: 'split', strategy: 'split', targets: ['b', 'a'], planSteps: 3 },
  { slug: 'circle', strategy: 'fallback', targets: ['circle'] },
];
const view = testView([testModel('a', testProvider({})), testModel('b', testProvider({}))], routes, {
  defaultModel: 'auto',
});
const needs = (model: string, background = false) => needsOf({ model, background }, view);

test('only a route that looks at the work, or leads to one, has it read', () => {
  for (const slug of ['a', 'plain', 'circle', 'unknown'])
    assert.deepEqual(needs(slug), { work: false, judges: [] }, slug);
  assert.deepEqual(needs('auto'), { work: true, judges: [judge] });
  assert.deepEqual(needs('outer'), { work: true, judges: [judge] });
  for (const slug of ['split', 'ruled']) assert.deepEqual(needs(slug), { work: true, judges: [] }, slug);
});

test('a background call for an unknown slug has what the default model needs', () => {
  assert.equal(needs('unknown', true).work, true);
  assert.equal(needs('a', true).work, false);
});
