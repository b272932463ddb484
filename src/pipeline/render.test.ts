import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { InferenceEvent } from '../ir/event.ts';
import type { Failure } from '../ir/failure.ts';
import type { IngressCodec } from '../protocols/protocol.ts';
import { testTarget } from '../upstream/testing/targets.ts';
import { renderStream } from './render.ts';

/** A protocol whose frames are the events' types. */
const ingress: IngressCodec = {
  outline: () => assert.fail(),
  decodeRequest: () => assert.fail(),
  encodeResponse: () => ({}),
  encodeError: () => ({ status: 500, headers: {}, body: {} }),
  keepAlive: 'data: keepalive\n\n',
  nativeHeaders: [],
  privateMembers: [],
  encodeStream: () => ({
    push: (event) => (event.type === 'error' ? [{ data: 'created' }, { data: 'failed' }] : [{ data: event.type }]),
    end: () => [{ data: 'end' }],
  }),
};

function rendering(t: TestContext, options: { startsEarly?: boolean; room?: boolean } = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const wire: string[] = [];
  const refused: Failure[] = [];
  const metered: InferenceEvent[] = [];
  let drained = (): void => {};
  const render = renderStream({
    ingress,
    reply: {
      head: (status) => void wire.push(`head ${status}`),
      write: (data) => {
        wire.push(typeof data === 'string' ? data : Buffer.from(data).toString());
        return options.room ?? true;
      },
      onceDrained: (resume) => {
        drained = resume;
      },
      end: (data = '') => void wire.push(`${data}<end>`),
      cut: () => void wire.push('<cut>'),
    },
    headers: () => ({}),
    context: () => ({ echo: BARE, caller: { id: 'local' }, responseId: 'r', createdAt: 0 }),
    startsEarly: options.startsEarly ?? true,
    meter: (events) => void metered.push(...events),
    refuse: (failure) => void refused.push(failure),
    now: Date.now,
  });
  const events = (...list: InferenceEvent[]) => render.chunk(null, list, () => {});
  const bytes = (text: string, ...list: InferenceEvent[]) => render.chunk(Buffer.from(text), list, () => {});
  return {
    wire,
    refused,
    metered,
    render,
    events,
    bytes,
    tick: t.mock.timers.tick.bind(t.mock.timers),
    drain: () => drained(),
  };
}

const BARE = {
  model: 'm',
  messages: [],
  tools: [],
  toolChoice: { type: 'auto' },
  sampling: {},
  reasoning: {},
  outputFormat: { type: 'text' },
  stream: true,
  extensions: {},
} as const;
const START: InferenceEvent = { type: 'response-start' };
const TEXT: InferenceEvent = { type: 'text-delta', text: 'x' };
const FAILURE: Failure = { kind: 'overloaded', message: 'busy' };

test('each chunk is one write, and the head goes out with the first', (t) => {
  const { wire, render, events, metered } = rendering(t);
  render.commit(testTarget(), 1, false);
  events(START, TEXT);
  events(TEXT);
  render.end();
  assert.deepEqual(wire, [
    'head 200',
    'data: response-start\n\ndata: text-delta\n\n',
    'data: text-delta\n\n',
    'data: end\n\n<end>',
  ]);
  assert.equal(metered.length, 3);
});

test('after 10 s without content the head goes out, then a sign of life every 15 s of silence', (t) => {
  const { wire, render, events, tick } = rendering(t);
  tick(9_999);
  assert.deepEqual(wire, []);
  tick(1);
  assert.deepEqual(wire, ['head 200', 'data: response-start\n\n']);
  tick(15_000);
  assert.equal(wire.at(-1), 'data: keepalive\n\n');
  tick(14_000);
  render.commit(testTarget(), 1, false);
  events(START, TEXT);
  assert.equal(wire.at(-1), 'data: text-delta\n\n', 'the start is told once');
  tick(14_999);
  assert.equal(wire.length, 4);
  tick(1_500);
  assert.equal(wire.at(-1), 'data: keepalive\n\n');
  render.end();
  tick(60_000);
  assert.equal(wire.at(-1), 'data: end\n\n<end>');
});

test('where a reply of bytes may come, the early head tells nothing that it would repeat', (t) => {
  const { wire, render, bytes, tick } = rendering(t, { startsEarly: false });
  tick(10_000);
  assert.deepEqual(wire, ['head 200', 'data: keepalive\n\n']);
  render.commit(testTarget(), 1, true);
  bytes('data: response.created\n\n', START, TEXT);
  assert.equal(wire.at(-1), 'data: response.created\n\n');
});

test('in a reply of bytes signs of life come between events alone', (t) => {
  const { wire, render, bytes, tick } = rendering(t);
  render.commit(testTarget(), 1, true);
  bytes('data: {"half":');
  tick(40_000);
  assert.equal(wire.length, 2);
  bytes('1}\r\n\r');
  bytes('\n');
  tick(16_500);
  assert.equal(wire.at(-1), 'data: keepalive\n\n');
  render.end();
  assert.equal(wire.at(-1), '<end>');
});

test('a failure before the head is refused; after it, it is an event', (t) => {
  const early = rendering(t);
  early.render.fail(FAILURE);
  assert.deepEqual([early.refused, early.wire], [[FAILURE], []]);
  t.mock.timers.reset();
  const late = rendering(t);
  late.tick(10_000);
  late.render.fail(FAILURE);
  assert.deepEqual(late.refused, []);
  assert.equal(late.wire.at(-1), 'data: created\n\ndata: failed\n\ndata: end\n\n<end>');
});

test('a reply of bytes that breaks ends with the failure event, on a line of its own', (t) => {
  const { wire, render, bytes, events } = rendering(t);
  render.commit(testTarget(), 1, true);
  bytes('data: {"half":');
  events({ type: 'error', failure: FAILURE });
  assert.equal(wire.at(-1), '\n\ndata: failed\n\n');
});

test('a client that does not keep up gets no signs of life until it has drained', (t) => {
  const { wire, render, events, tick, drain } = rendering(t, { room: false });
  render.commit(testTarget(), 1, false);
  assert.equal(events(TEXT), false);
  tick(40_000);
  assert.equal(wire.length, 2);
  drain();
  tick(15_000);
  assert.equal(wire.at(-1), 'data: keepalive\n\n');
});
