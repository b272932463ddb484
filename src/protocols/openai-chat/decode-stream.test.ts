import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { InferenceEvent } from '../../ir/event.ts';
import { isJsonObject, parseJson } from '../../ir/json.ts';
import { decodeStream } from './decode-stream.ts';
import { chatEgress } from './egress.ts';
import { CHAT_DIALECT, requestWith } from './testing/requests.ts';

const CASES = new URL('../../../fixtures/openai-chat/', import.meta.url);

type Case = { readonly name: string; readonly bytes: Uint8Array; readonly events: readonly InferenceEvent[] };

/** A fixture may hold members of the request that its reply answers. */
function decode(name: string, chunks: readonly Uint8Array[]): readonly InferenceEvent[] {
  const request = new URL(`${name}/request.json`, CASES);
  const members = existsSync(request) ? parseJson(readFileSync(request, 'utf8')) : {};
  assert.ok(isJsonObject(members));
  let made = 0;
  const newId = (): string => {
    made += 1;
    return `new${made}`;
  };
  const target = { provider: 'p', model: 'm', dialect: CHAT_DIALECT };
  const decoder = chatEgress(newId).open(requestWith(members), target).decodeStream();
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
}

function readCase(name: string): Case {
  const lines = readFileSync(new URL(`${name}/events.jsonl`, CASES), 'utf8').split('\n');
  return {
    name,
    bytes: readFileSync(new URL(`${name}/upstream.sse`, CASES)),
    events: lines.filter((line) => line !== '').map((line): InferenceEvent => JSON.parse(line)),
  };
}

/** Deltas of one block joined: where a provider's pieces end is no meaning. */
function joined(events: readonly InferenceEvent[]): readonly InferenceEvent[] {
  const whole: InferenceEvent[] = [];
  for (const event of events) {
    const before = whole.at(-1);
    if (event.type === 'tool-call-delta' && before?.type === event.type) {
      whole[whole.length - 1] = { ...event, input: before.input + event.input };
    } else if (event.type === 'text-delta' && before?.type === event.type) {
      whole[whole.length - 1] = { ...event, text: before.text + event.text };
    } else if (event.type === 'reasoning-delta' && before?.type === event.type) {
      whole[whole.length - 1] = { ...event, text: before.text + event.text };
    } else whole.push(event);
  }
  return whole;
}

const names = readdirSync(CASES, { withFileTypes: true }).filter((entry) => entry.isDirectory());

for (const { name } of names) {
  test(`golden reply: ${name}`, () => {
    const { bytes, events } = readCase(name);
    assert.deepEqual(decode(name, [bytes]), events);
  });

  test(`chunk boundaries are invisible: ${name}`, () => {
    const { bytes, events } = readCase(name);
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 });
    const inChunks = (at: readonly number[]): readonly Uint8Array[] => {
      const ends = [...at].sort((a, b) => a - b);
      return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
    };
    fc.assert(
      fc.property(cuts, (at) => assert.deepEqual(decode(name, inChunks(at)), events)),
      { numRuns: 25 },
    );
    assert.deepEqual(decode(name, inChunks([...bytes.keys()])), events);
  });
}

const encoder = new TextEncoder();

function chunkOf(delta: object, finish: string | null = null): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
}

function read(chunks: readonly Uint8Array[]): readonly InferenceEvent[] {
  const target = { provider: 'p', model: 'm', dialect: CHAT_DIALECT };
  const decoder = chatEgress(() => 'n')
    .open(requestWith({}), target)
    .decodeStream();
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
}

test('a text delta becomes one event, at once', () => {
  const decoder = decodeStream({
    names: { lookup: (name) => ({ kind: 'function', name: { name } }) },
    callId: () => '',
  });
  decoder.push(chunkOf({ content: 'a' }));
  assert.deepEqual(decoder.push(chunkOf({ content: 'b' })), [{ type: 'text-delta', text: 'b' }]);
});

test('interleaved fragments of two calls give the same events in any order', () => {
  const inputs = ['{"cmd":"ls -l","n":[1,{"a":2}]}', '{"cmd":"pwd"}'] as const;
  const expected = joined(
    read([
      ...inputs.map((input, index) =>
        chunkOf({ tool_calls: [{ index, id: `c${index}`, function: { name: `n${index}`, arguments: input } }] }),
      ),
      chunkOf({}, 'tool_calls'),
    ]),
  );
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 50 }), (order) => {
      const left: string[] = [...inputs];
      const chunks: Uint8Array[] = [];
      const step = (index: 0 | 1): void => {
        const input = left[index]?.charAt(0) ?? '';
        left[index] = left[index]?.slice(1) ?? '';
        chunks.push(
          chunkOf({ tool_calls: [{ index, id: `c${index}`, function: { name: `n${index}`, arguments: input } }] }),
        );
      };
      step(0);
      for (const second of order) step(second ? 1 : 0);
      while (left[0] !== '') step(0);
      while (left[1] !== '') step(1);
      assert.deepEqual(joined(read([...chunks, chunkOf({}, 'tool_calls')])), expected);
    }),
  );
});

test('a model that writes white space for ever is stopped; deep indentation is not', () => {
  const blanks = Array.from({ length: 600 }, () => chunkOf({ content: '        ' }));
  const stopped = read([chunkOf({ content: 'x' }), ...blanks, chunkOf({}, 'stop')]).at(-1);
  assert.equal(stopped?.type === 'error' && stopped.failure.kind, 'runaway');
  const thoughts = Array.from({ length: 600 }, () => chunkOf({ reasoning_content: '\n\n\n\n\n\n\n\n', content: ' x' }));
  assert.equal(read([...thoughts, chunkOf({}, 'stop')]).at(-1)?.type, 'finish');
  const silent = Array.from({ length: 600 }, () => chunkOf({ reasoning_content: '\n\n\n\n\n\n\n\n' }));
  assert.equal(read([...silent, chunkOf({}, 'stop')]).at(-1)?.type, 'error');
  const lines = Array.from({ length: 3 }, () =>
    chunkOf({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '\\n\\n\\n\\n' } }] }),
  );
  const loop = Array.from({ length: 400 }, () => lines).flat();
  const open = chunkOf({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{"a":"' } }] });
  const looped = read([open, ...loop, chunkOf({}, 'tool_calls')]);
  assert.equal(looped.at(-1)?.type, 'error');
  assert.equal(
    looped.some((event) => event.type === 'tool-call-end'),
    false,
  );
  const code = Array.from({ length: 600 }, (_, line) => chunkOf({ content: `${' '.repeat(200)}line ${line}\n` }));
  assert.equal(read([...code, chunkOf({}, 'stop')]).at(-1)?.type, 'finish');
});

test('an event without end, and a body without end, are refused', () => {
  const megabyte = encoder.encode(`${'x'.repeat(1024 * 1024)}`);
  for (const start of ['data: ', '{"a":"']) {
    const decoder = chatEgress(() => 'n').open(requestWith({}), { provider: 'p', model: 'm', dialect: CHAT_DIALECT });
    const stream = decoder.decodeStream();
    const events = [
      stream.push(encoder.encode(start)),
      ...Array.from({ length: 34 }, () => stream.push(megabyte)),
    ].flat();
    assert.deepEqual(
      events.map((event) => event.type),
      ['error'],
    );
    assert.deepEqual(stream.end(), []);
  }
});

/** The law of `ir/event.ts`: blocks never overlap, and the last event, and only that, is a finish or an error. */
function assertOrder(events: readonly InferenceEvent[], name: string): void {
  let open: string | undefined;
  for (const [index, event] of events.entries()) {
    const isLast = index === events.length - 1;
    assert.equal(event.type === 'finish' || event.type === 'error', isLast, name);
    const [, kind, step] = /^(text|refusal|reasoning|tool-call)-(start|delta|end)$/.exec(event.type) ?? [];
    if (step === undefined) continue;
    assert.equal(open, step === 'start' ? undefined : kind, name);
    open = step === 'end' ? undefined : kind;
  }
  assert.ok(events.length > 0, name);
}

test('every fixture keeps the order that events must have', () => {
  for (const { name } of names) assertOrder(readCase(name).events, name);
});

test('whatever the bytes are, the reply ends once and nothing is thrown', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array()), (chunks) => assertOrder(read(chunks), 'bytes')));
  const event = fc.oneof(fc.json(), fc.string()).map((data) => encoder.encode(`data: ${data}\n\n`));
  fc.assert(fc.property(fc.array(event), (chunks) => assertOrder(read(chunks), 'events')));
});

test('whatever a delta holds, the events keep their order', () => {
  const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('', ' ', 'a', '{}', '{"a":', '1}', null));
  const call = fc.record(
    {
      index: fc.oneof(fc.nat(2), odd),
      id: odd,
      function: fc.record({ name: odd, arguments: odd }),
      extra_content: odd,
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  const delta = fc.record(
    {
      content: odd,
      refusal: odd,
      reasoning: odd,
      reasoning_details: fc.oneof(fc.array(fc.record({ type: odd, text: odd })), odd),
      tool_calls: fc.oneof(fc.array(call, { maxLength: 3 }), odd),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  const finish = fc.constantFrom('stop', 'tool_calls', 'length', 'content_filter', 'constructor', null);
  fc.assert(
    fc.property(fc.array(delta, { maxLength: 8 }), finish, (deltas, reason) => {
      assertOrder(read([...deltas.map((each) => chunkOf(each)), chunkOf({}, reason)]), 'deltas');
    }),
    { numRuns: 500 },
  );
});
