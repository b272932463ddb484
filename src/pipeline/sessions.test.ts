import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_USAGE } from '../ir/usage.ts';
import { compileDialect } from '../providers/dialect.ts';
import { testTarget } from '../upstream/testing/targets.ts';
import { createSessions, rememberedAs, USUAL_LIFETIME_MS } from './sessions.ts';

const target = testTarget();

test('who served a session is remembered for what it asked, warm for as long as caches live', () => {
  const sessions = createSessions();
  sessions.remember('s', 'coder', target, 1_000);
  const affinity = {
    slug: target.model.slug,
    provider: 'somewhere',
    upstreamId: 'somewhere-model',
    credentialId: 'c1',
  };
  assert.deepEqual(sessions.affinity('s', 'coder', 2_000), { ...affinity, warm: true });
  assert.deepEqual(sessions.affinity('s', 'coder', 1_000 + USUAL_LIFETIME_MS), { ...affinity, warm: false });
  assert.equal(sessions.affinity('s', 'other', 2_000), undefined);
  assert.equal(sessions.affinity('t', 'coder', 2_000), undefined);
  assert.equal(sessions.last('s'), JSON.stringify(['somewhere', 'c1']));
});

test('how long a cache lives is what the provider documents', () => {
  const rules = { kind: 'cache-rules', prefix: 'automatic', ttlSeconds: 3_600, source: 'https://example.com' } as const;
  const lasting = testTarget({ dialect: compileDialect('openai-chat', [rules]) });
  const sessions = createSessions();
  sessions.remember('s', 'coder', lasting, 0);
  assert.equal(sessions.affinity('s', 'coder', 3_599_999)?.warm, true);
  assert.equal(sessions.affinity('s', 'coder', 3_600_000)?.warm, false);
});

test('marks that are to live for an hour do so', () => {
  const hour = { kind: 'cache-breakpoints', accepted: true, lifetime: '1h', source: 'https://example.com' } as const;
  const lasting = testTarget({ dialect: compileDialect('anthropic-messages', [hour]) });
  const sessions = createSessions();
  sessions.remember('s', 'coder', lasting, 0);
  assert.equal(sessions.affinity('s', 'coder', 3_599_999)?.warm, true);
});

test('what is kept is bounded: of sessions, and of what one session asks for', () => {
  const sessions = createSessions();
  for (let count = 0; count < 9; count += 1) sessions.remember('s', `slug-${count}`, target, 0);
  assert.equal(sessions.affinity('s', 'slug-0', 1), undefined);
  assert.notEqual(sessions.affinity('s', 'slug-8', 1), undefined);
  for (let count = 0; count < 10_000; count += 1) sessions.remember(`other-${count}`, 'coder', target, 0);
  assert.equal(sessions.last('s'), undefined);
  assert.notEqual(sessions.last('other-0'), undefined);
});

test("what a session's calls counted corrects the estimates of the next, and tells what its cache holds", () => {
  const sessions = createSessions();
  const usage = (input: number, output: number) => ({
    ...NO_USAGE,
    freshInput: input / 2,
    cacheRead: input / 2,
    output,
  });
  sessions.measured('s', 'coder', 100, usage(100, 10));
  assert.equal(sessions.size('s'), undefined, 'a session that nobody served');
  sessions.remember('s', 'coder', target, 1_000);
  sessions.measured('s', 'coder', 1_000, usage(1_300, 100));
  assert.deepEqual(sessions.size('s'), { ratio: 1.3, output: 100 });
  assert.equal(sessions.affinity('s', 'coder', 2_000)?.cachedTokens, 1_300);
  sessions.measured('s', 'coder', 1_000, usage(1_100, 200));
  assert.deepEqual(sessions.size('s'), { ratio: 1.1, output: 130 });
  sessions.measured('s', 'coder', 1_000, usage(100_000, 130));
  assert.equal(sessions.size('s')?.ratio, 4, 'bounded: something else was counted');
  sessions.measured('s', 'coder', 1_000, NO_USAGE);
  assert.equal(sessions.size('s')?.ratio, 4, 'a server that counts nothing tells nothing');
});

test('a call that a rule sent elsewhere is remembered apart', () => {
  assert.equal(rememberedAs('coder', {}), 'coder');
  assert.equal(rememberedAs('coder', { ruled: 'title' }), 'coder (title)');
});

test('what a task was given to is remembered by its key, route by route, for some tasks', () => {
  const sessions = createSessions();
  sessions.give('s', 'first', new Map([['r', 'large']]));
  assert.equal(sessions.given('s', 'first'), undefined);
  sessions.remember('s', 'coder', target, 0);
  sessions.give('s', 'first', new Map([['r', 'small']]));
  sessions.give('s', 'first', new Map([['inner', 'small']]));
  sessions.give('s', 'first', new Map([['r', 'large']]));
  assert.deepEqual(
    sessions.given('s', 'first'),
    new Map([
      ['r', 'large'],
      ['inner', 'small'],
    ]),
  );
  assert.equal(sessions.given('s', 'second'), undefined);
  assert.equal(sessions.given('t', 'first'), undefined);
  for (let count = 0; count < 32; count += 1) sessions.give('s', `task-${count}`, new Map([['r', 'large']]));
  assert.equal(sessions.given('s', 'first'), undefined);
});
