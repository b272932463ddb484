import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteQuery } from '../ir/query.ts';
import { PURPOSES, type Purpose, purposeOf } from './purpose.ts';
import { testQuery } from './testing/view.ts';

/** What Codex 0.169.0 said of each kind of request. */
const SAID: readonly (readonly [Purpose, Partial<RouteQuery>])[] = [
  ['turn', {}],
  ['turn', { requestKind: 'turn', threadSource: 'user' }],
  ['title', { requestKind: 'turn', threadSource: 'thread_title' }],
  ['compaction', { requestKind: 'compaction', threadSource: 'user' }],
  ['compaction', { requestKind: 'compaction', threadSource: 'subagent', subagent: 'collab_spawn' }],
  ['review', { requestKind: 'turn', threadSource: 'subagent', subagent: 'review' }],
  ['guardian', { requestKind: 'turn', threadSource: 'guardian_review', subagent: 'guardian' }],
  ['memory', { requestKind: 'turn', threadSource: 'memory_consolidation', subagent: 'memory_consolidation' }],
  ['subagent', { requestKind: 'turn', threadSource: 'subagent', subagent: 'collab_spawn' }],
  ['prewarm', { requestKind: 'prewarm', threadSource: 'user' }],
];

test('what Codex says of a request names its purpose', () => {
  for (const [purpose, said] of SAID) assert.equal(purposeOf(testQuery('m', said)), purpose, JSON.stringify(said));
  assert.deepEqual([...new Set(SAID.map(([purpose]) => purpose))].toSorted(), PURPOSES.toSorted());
});
