import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../../ir/attempt.ts';
import type { Failure } from '../../ir/failure.ts';
import { Secret, type Target } from '../../providers/provider.ts';
import { testModel, testProvider } from '../../providers/testing/provider.ts';
import type { DispatchEvent } from './event.ts';
import { NO_HEALTH } from './health.ts';
import { observe } from './observe.ts';
import { DEFAULT_DISPATCH } from './settings.ts';
import { SHORT_WAIT_MS, standingOf } from './standing.ts';

const keys = ['a', 'b'].map((id) => ({ id, secret: new Secret(id) }));
const provider = testProvider({ id: 'p', credentials: keys, concurrency: 2 });
const model = testModel('slug', provider, { upstreamId: 'm' });
const target = (id: string): Target => ({ model, credential: keys.find((key) => key.id === id) ?? null });

const start = (id: string, at: number, credentialId = 'a', name = 'm'): DispatchEvent => ({
  type: 'attempt-start',
  provider: 'p',
  model: name,
  id,
  credentialId,
  inputTokens: 10,
  at,
});
const end = (id: string, at: number, failure?: Failure, credentialId = 'a'): DispatchEvent => {
  const attempt: Attempt = { provider: 'p', model: 'm', slug: 'slug', credentialId, startedAt: at, totalMs: 0 };
  return { type: 'attempt-end', id, at, attempt: failure === undefined ? attempt : { ...attempt, failure } };
};
const limited = (retryAfterMs?: number): Failure => ({
  kind: 'rate-limited',
  message: '',
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const stands = (events: readonly DispatchEvent[], now: number, id = 'a') =>
  standingOf(target(id), 10, { health: events.reduce(observe, NO_HEALTH), dispatch: DEFAULT_DISPATCH, now });

test('the places of a provider are taken by calls to any of its models', () => {
  assert.equal(stands([], 0).state, 'free');
  assert.equal(stands([start('1', 0)], 0).state, 'free');
  assert.deepEqual(stands([start('1', 0), start('2', 0, 'b', 'another')], 0), { state: 'busy' });
  assert.equal(stands([start('1', 0), start('2', 0), end('1', 1)], 1).state, 'free');
});

test('a short wait that was asked for is a busy key, a long one a limited key; another key is free', () => {
  const short = [start('1', 0), end('1', 0, limited(2_000))];
  assert.deepEqual(stands(short, 500), { state: 'busy', freeInMs: 1_500 });
  assert.equal(stands(short, 500, 'b').state, 'free');
  assert.equal(stands(short, 2_000).state, 'free');
  assert.equal(stands([start('1', 0), end('1', 0, limited(SHORT_WAIT_MS + 1))], 0).state, 'limited');
  assert.equal(stands([start('1', 0), end('1', 0, limited())], 0).state, 'limited');
  assert.equal(stands([start('1', 0), end('1', 0, { kind: 'auth', message: '' })], 0).state, 'limited');
  assert.equal(stands([start('1', 0), end('1', 0, { kind: 'model-not-found', message: '' })], 0).state, 'limited');
});

test('after a limit one call tries alone, until its first token', () => {
  const passed = [start('1', 0), end('1', 0, limited(2_000)), start('2', 2_000)];
  assert.deepEqual(stands(passed, 2_100), { state: 'busy' });
  assert.equal(stands(passed, 2_100, 'b').state, 'free');
  const token: DispatchEvent = { type: 'attempt-first-token', provider: 'p', model: 'm', id: '2', at: 2_200 };
  assert.equal(stands([...passed, token], 2_200).state, 'free');
  assert.equal(stands([...passed, end('2', 2_200), start('3', 2_300)], 2_300).state, 'free');
});

test('the breaker has had its say in the plan', () => {
  const broken = Array.from({ length: 6 }, (_, at) => [
    start(String(at), at),
    end(String(at), at, { kind: 'server-error', message: '' }),
  ]).flat();
  assert.equal(stands(broken, 10).state, 'free');
});
