import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../ir/attempt.ts';
import type { InferenceEvent } from '../ir/event.ts';
import type { Failure } from '../ir/failure.ts';
import type { NonEmpty } from '../ir/non-empty.ts';
import { Secret, type Target } from '../providers/provider.ts';
import type { Standing } from '../routing/dispatch/standing.ts';
import { dispatch } from './dispatch.ts';
import { createQueue } from './queue.ts';
import { openTraffic } from './testing/open-traffic.ts';
import { type Script, scriptedCall, scriptedTransport } from './testing/scripted.ts';
import { testTarget } from './testing/targets.ts';
import type { Traffic } from './traffic.ts';

const FIRST = testTarget({ id: 'first', keyVariables: ['FIRST_KEY'] });
const SECOND = testTarget({ id: 'second' });
const text: InferenceEvent = { type: 'text-delta', text: 'hello' };
const finish: InferenceEvent = { type: 'finish', reason: 'stop' };
const start: InferenceEvent = { type: 'response-start' };
const failed = (kind: Failure['kind'], message = 'it broke'): InferenceEvent => ({
  type: 'error',
  failure: { kind, message },
});
const reset: Failure = { kind: 'transport', message: 'broke off', code: 'ECONNRESET' };

async function run(
  scripts: readonly Script[],
  options: {
    targets?: NonEmpty<Target>;
    form?: 'stream-bytes' | 'whole-bytes';
    signal?: AbortSignal;
    prepare?: () => never;
    traffic?: Traffic;
    replan?: () => NonEmpty<Target>;
  } = {},
) {
  const { transport, calls, cancelled } = scriptedTransport(scripts);
  const events: InferenceEvent[] = [];
  const seen = { bytes: '', committedTo: '', attempts: 0, ended: 0, observed: [] as Attempt[], waits: [] as number[] };
  const outcome = await dispatch(
    transport,
    {
      targets: options.targets ?? [FIRST, SECOND],
      prepare: options.prepare ?? (() => scriptedCall(options.form)),
      clientHeaders: {},
      signal: options.signal ?? new AbortController().signal,
      now: Date.now,
      kind: 'test',
      inputTokens: 1,
      traffic: options.traffic ?? openTraffic(),
      ...(options.replan === undefined ? {} : { replan: options.replan }),
      price: (_, { output }) => output * 10,
      waited: (ms) => seen.waits.push(ms),
      observe: (attempt) => seen.observed.push(attempt),
    },
    {
      commit: (target, attempts) => {
        seen.committedTo = target.model.provider.id;
        seen.attempts = attempts;
      },
      chunk: (bytes, more) => {
        if (bytes !== null) seen.bytes += Buffer.from(bytes).toString();
        events.push(...more);
        return true;
      },
      end: () => {
        seen.ended += 1;
      },
    },
  );
  return { ...outcome, ...seen, events, calls, cancelled: cancelled() };
}

const types = (events: readonly InferenceEvent[]): string[] => events.map((event) => event.type);

test('the first target that sends content gets the reply', async () => {
  const reply = await run([{ pieces: [start, text, finish] }]);
  assert.deepEqual(types(reply.events), ['response-start', 'text-delta', 'finish']);
  assert.deepEqual([reply.committedTo, reply.attempts, reply.ended, reply.failure], ['first', 1, 1, undefined]);
  assert.equal(reply.observed.length, 1);
  assert.equal(typeof reply.attempts, 'number');
});

test('what fails before content goes to the next target', async () => {
  const ways: Record<string, Script> = {
    refused: { refuse: { kind: 'transport', message: 'refuses' } },
    status: { status: 429, pieces: ['slow down'] },
    'an error behind a friendly head': { pieces: [start, failed('overloaded')] },
    'a connection that breaks behind a friendly head': { pieces: [start, { kind: 'transport', message: 'gone' }] },
    'an end without a word': { pieces: [start] },
  };
  for (const [name, script] of Object.entries(ways)) {
    const reply = await run([script, { pieces: [start, text, finish] }]);
    assert.equal(reply.committedTo, 'second', name);
    assert.equal(reply.attempts, 2, name);
    assert.ok(reply.observed[0]?.failure, name);
    assert.equal(reply.failure, undefined, name);
  }
});

test('after the first content nothing is tried again: the failure goes to the client', async () => {
  for (const end of [failed('overloaded'), { kind: 'transport', message: 'gone' } as const]) {
    const reply = await run([{ pieces: [start, text, end] }]);
    assert.equal(reply.calls.length, 1);
    assert.deepEqual(types(reply.events), ['response-start', 'text-delta', 'error']);
    assert.equal(reply.failure?.provider, 'first');
    assert.equal(reply.ended, 1);
  }
});

test('content before an error in the same piece commits', async () => {
  const both = `${JSON.stringify(text)}\n${JSON.stringify(failed('server-error'))}\n`;
  const reply = await run([{ pieces: [both] }]);
  assert.equal(reply.calls.length, 1);
  assert.deepEqual(types(reply.events), ['text-delta', 'error']);
});

test('what is wrong with the request itself goes nowhere else', async () => {
  const reply = await run([{ status: 400, pieces: ['no such parameter'] }]);
  assert.equal(reply.calls.length, 1);
  assert.deepEqual([reply.committed, reply.failure?.kind], [false, 'invalid-request']);
});

test('a connection that broke before any byte is tried once more at the same target', async () => {
  const again = await run([{ refuse: reset }, { pieces: [text, finish] }]);
  assert.deepEqual([again.committedTo, again.attempts], ['first', 2]);
  const twice = await run([{ refuse: reset }, { refuse: reset }, { pieces: [text, finish] }]);
  assert.deepEqual([twice.committedTo, twice.attempts], ['second', 3]);
  const timeout = await run([{ refuse: { kind: 'timeout', message: 'silence' } }, { pieces: [text, finish] }]);
  assert.deepEqual([timeout.committedTo, timeout.attempts], ['second', 2]);
});

test('the last failure is told with its provider, its model and the mend', async () => {
  const reply = await run([{ status: 401, pieces: ['Bad key.'] }], { targets: [FIRST] });
  assert.equal(reply.failure?.message, 'Bad key. (provider first, model first-model)');
  assert.match(reply.failure?.mend ?? '', /^Set FIRST_KEY/);
});

test('a redirect is not followed and is told as what it is', async () => {
  const moved: Script = { status: 302, headers: { location: 'http://elsewhere.example/' }, pieces: ['moved'] };
  const reply = await run([moved], { targets: [FIRST] });
  assert.match(reply.failure?.message ?? '', /sends the call to another address \(HTTP 302\), which is not followed/);
  assert.match(reply.failure?.mend ?? '', /base_url/);
});

test('no key is in any failure, wherever the provider put it', async () => {
  const key = 'key-of-the-test-0123456789';
  const words = `You sent Bearer ${key}; ${key} is wrong, and sk-proj-abcd1234efgh too`;
  const scripts: Script[] = [
    { status: 401, pieces: [words] },
    { refuse: { kind: 'transport', message: words } },
    { pieces: [text, failed('server-error', words)] },
    { pieces: [text, { kind: 'transport', message: words }] },
  ];
  for (const script of scripts) {
    const reply = await run([script], { targets: [FIRST] });
    const told = JSON.stringify([reply.failure, reply.attempts, reply.events, reply.observed]);
    assert.doesNotMatch(told, /key-of-the-test|abcd1234/);
    assert.match(reply.failure?.message ?? '', /\*\*\*/);
  }
});

test('the head that is held is bounded', async () => {
  const filler = `${JSON.stringify({ type: 'response-start', id: 'x'.repeat(300_000) })}\n`;
  const reply = await run([{ pieces: [filler, failed('overloaded')] }]);
  assert.equal(reply.calls.length, 1);
  assert.deepEqual(types(reply.events), ['response-start', 'error']);
});

test('a client that leaves ends the call and nothing else is tried', async () => {
  const client = new AbortController();
  setTimeout(() => client.abort(), 10);
  const reply = await run([{ pieces: [start, 'stay'] }], { signal: client.signal });
  assert.equal(reply.calls.length, 1);
  assert.deepEqual([reply.committed, reply.failure?.kind], [false, 'cancelled']);
});

test('bytes pass untouched, and a tap that breaks is let go', async () => {
  const pieces = [`${JSON.stringify(text)}\n`, 'throw', 'more bytes'];
  const reply = await run([{ pieces }], { form: 'stream-bytes' });
  assert.equal(reply.bytes, pieces.join(''));
  assert.equal(reply.failure, undefined);
  const translated = await run([{ pieces }]);
  assert.equal(translated.failure?.kind, 'protocol');
});

test('JSON where a stream was asked for is one reply', async () => {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const whole = await run([{ headers, pieces: ['{"a":', '1}'] }], { form: 'stream-bytes' });
  assert.deepEqual(types(whole.events), ['text-start', 'text-delta', 'text-end', 'finish']);
  assert.equal(whole.bytes, '', 'a stream was asked for: the one object in its place is translated');
  const mislabelled = await run([{ headers, pieces: [text, finish] }]);
  assert.deepEqual(types(mislabelled.events), ['text-delta', 'finish']);
});

test('one JSON object that was asked for passes as bytes, a stream in its place does not', async () => {
  const headers = { 'content-type': 'application/json' };
  const whole = await run([{ headers, pieces: ['{"a":', '1}'] }], { form: 'whole-bytes' });
  assert.equal(whole.bytes, '{"a":1}');
  assert.deepEqual(types(whole.events), ['text-start', 'text-delta', 'text-end', 'finish']);
  const stream = await run([{ pieces: [text, finish] }], { form: 'whole-bytes' });
  assert.deepEqual([stream.bytes, types(stream.events)], ['', ['text-delta', 'finish']]);
});

test('what cannot be carried to a target is told, and not sent', async () => {
  const { GatewayError } = await import('../ir/failure.ts');
  const reply = await run([], {
    prepare: () => {
      throw new GatewayError({ kind: 'unsupported', message: 'Sound is not carried.' });
    },
  });
  assert.deepEqual([reply.calls.length, reply.failure?.kind], [0, 'unsupported']);
});

test('what is too long for one window goes to the next that is larger, and to no other', async () => {
  const window = (id: string, contextWindow?: number): Target => {
    const { model, credential } = testTarget({ id });
    return { credential, model: { ...model, facts: contextWindow === undefined ? {} : { contextWindow } } };
  };
  const middle = window('middle', 128_000);
  const secondKey: Target = { ...middle, credential: { id: 'c2', secret: new Secret('another') } };
  const targets = [
    middle,
    secondKey,
    window('small', 32_000),
    window('equal', 128_000),
    window('large', 1_000_000),
  ] as const;
  const tooLong: Script = { pieces: [start, failed('context-overflow')] };
  const reply = await run([tooLong, { pieces: [text, finish] }], { targets });
  assert.deepEqual([reply.committedTo, reply.attempts], ['large', 2]);
  const open = await run([tooLong, { pieces: [text, finish] }], { targets: [middle, window('unknown')] });
  assert.equal(open.committedTo, 'unknown', 'a window that nobody knows may be large enough');
  const nowhere = await run([tooLong], { targets: [middle, window('small', 32_000)] });
  assert.deepEqual([nowhere.calls.length, nowhere.failure?.kind], [1, 'context-overflow']);
});

const usage: InferenceEvent = {
  type: 'usage',
  usage: { freshInput: 7, cacheRead: 0, cacheWrite: 0, output: 3, reasoning: 0 },
};

test('an attempt brings what it used, what that cost, and what the head told of limits', async () => {
  const headers = { 'content-type': 'text/event-stream', 'x-ratelimit-remaining-tokens': '90' };
  const reply = await run([{ headers, pieces: [text, usage, finish] }]);
  const [attempt] = reply.observed;
  assert.deepEqual([attempt?.usage?.output, attempt?.costNanoUsd], [3, 30]);
  assert.deepEqual(attempt?.windows, [{ counts: 'tokens', remaining: 90 }]);
  const broken = await run([{ pieces: [text, usage, { kind: 'transport', message: 'gone' }] }]);
  assert.equal(broken.observed[0]?.usage?.freshInput, 7);
  const bytes = await run([{ pieces: [text, usage, finish] }], { form: 'stream-bytes' });
  assert.equal(bytes.observed[0]?.usage?.output, 3);
});

/** Traffic with places, and an account of what was told of it. */
function counted(standing: (target: Target) => Standing) {
  const running = { now: 0, started: 0, tokens: 0 };
  const queue = createQueue(() => ({ length: 10, waitMs: 300 }), Date.now);
  const traffic: Traffic = {
    queue,
    standing,
    waiting: () => () => {},
    started: () => {
      running.now += 1;
      running.started += 1;
      return {
        firstToken: () => {
          running.tokens += 1;
        },
        ended: () => {
          running.now -= 1;
          queue.changed();
        },
      };
    },
  };
  return { traffic, running, queue };
}

test('every call that goes out ends, whatever becomes of it', async () => {
  const left = new AbortController();
  const cases: (() => Promise<unknown>)[] = [
    () => run([{ pieces: [text, finish] }], { traffic }),
    () => run([{ refuse: reset }, { status: 429, pieces: [''] }, { pieces: [text] }], { traffic }),
    () => run([{ pieces: [text, 'stay'] }], { traffic, signal: left.signal }),
    () => run([], { traffic }).catch(() => {}),
  ];
  const { traffic, running } = counted(() => ({ state: 'free' }));
  setTimeout(() => left.abort(), 10);
  for (const one of cases) {
    await one();
    assert.equal(running.now, 0);
  }
  assert.deepEqual([running.started, running.tokens], [6, 3]);
});

test('who is busy is passed over for who is free, and who is limited comes last', async () => {
  const standing = (target: Target): Standing => ({ state: target === FIRST ? 'busy' : 'free' });
  const passed = await run([{ pieces: [text, finish] }], counted(standing));
  assert.deepEqual([passed.committedTo, passed.waits], ['second', []]);
  const limited = (target: Target): Standing => ({ state: target === FIRST ? 'limited' : 'free' });
  const both = await run([{ status: 500, pieces: [''] }, { pieces: [text, finish] }], counted(limited));
  assert.deepEqual(
    both.observed.map(({ provider }) => provider),
    ['second', 'first'],
  );
});

test('where all are busy the call waits, plans anew, and goes where a place is', async () => {
  const places = new Set<Target>();
  const { traffic, queue } = counted((target) => ({ state: places.has(target) ? 'free' : 'busy' }));
  const reply = run([{ pieces: [text, finish] }], { traffic, replan: () => [SECOND, FIRST] });
  await new Promise((resolve) => setTimeout(resolve, 20));
  places.add(FIRST).add(SECOND);
  queue.changed();
  const { committedTo, waits } = await reply;
  assert.equal(committedTo, 'second');
  assert.ok((waits[0] ?? 0) >= 15, String(waits));
});

test('a call that another place would do for is not held up by one of its kind', async () => {
  const free = new Set<Target>();
  const { traffic, queue } = counted((target) => ({ state: free.has(target) ? 'free' : 'busy' }));
  const held = run([], { traffic, targets: [FIRST] });
  const reply = run([{ pieces: [text, finish] }], { traffic, targets: [FIRST, SECOND] });
  await new Promise((resolve) => setTimeout(resolve, 20));
  free.add(SECOND);
  queue.changed();
  assert.equal((await reply).committedTo, 'second');
  assert.equal((await held).failure?.kind, 'rate-limited');
});

test('a wait without end is told as a rate limit; a failure before it is told instead', async () => {
  const late = await run(
    [],
    counted(() => ({ state: 'busy' })),
  );
  assert.deepEqual([late.calls.length, late.observed.length, late.failure?.kind], [0, 0, 'rate-limited']);
  assert.match(late.failure?.message ?? '', /No place at Somewhere came free within 0\.3 s/);
  assert.match(late.failure?.mend ?? '', /concurrency/);
  const standing = (target: Target): Standing => ({ state: target === FIRST ? 'free' : 'busy' });
  const broken = await run([{ status: 500, pieces: ['it broke'] }], counted(standing));
  assert.deepEqual([broken.calls.length, broken.failure?.kind], [1, 'server-error']);
});

test('a client that leaves the queue was never sent anywhere', async () => {
  const client = new AbortController();
  setTimeout(() => client.abort(), 10);
  const { traffic, queue } = counted(() => ({ state: 'busy' }));
  const left = await run([], { traffic, signal: client.signal });
  assert.deepEqual([left.failure?.kind, left.calls.length, queue.length()], ['cancelled', 0, 0]);
});

test('a target that asks for a short wait is tried again after it, and a long one is told', async () => {
  const asks = (seconds: string): Script => ({ status: 429, headers: { 'retry-after': seconds }, pieces: ['slow'] });
  const startedAt = Date.now();
  const short = await run([asks('0.1'), { pieces: [text, finish] }], { targets: [FIRST] });
  assert.equal(short.committedTo, 'first');
  assert.ok(Date.now() - startedAt >= 95);
  const long = await run([asks('60')], { targets: [FIRST] });
  assert.deepEqual([long.calls.length, long.failure?.retryAfterMs], [1, 60_000]);
  const always = await run([asks('0.01'), asks('0.01')], { targets: [FIRST] });
  assert.deepEqual([always.calls.length, always.failure?.kind], [2, 'rate-limited']);
  const other = await run([asks('0.1'), { pieces: [text, finish] }]);
  assert.equal(other.committedTo, 'second');
});
