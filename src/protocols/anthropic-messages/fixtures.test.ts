import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { InferenceEvent } from '../../ir/event.ts';
import type { InferenceRequest } from '../../ir/request.ts';
import { compileDialect } from '../../providers/dialect.ts';
import type { Transducer } from '../../wire/transducer.ts';
import type { EgressCall } from '../protocol.ts';
import { egress } from './egress.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../fixtures/anthropic-messages');

const REQUEST: InferenceRequest = {
  model: 'slug',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Go.' }] }],
  tools: [],
  toolChoice: { type: 'auto' },
  sampling: {},
  reasoning: {},
  outputFormat: { type: 'text' },
  stream: true,
  extensions: {},
};

const dialect = compileDialect('anthropic-messages', [
  {
    kind: 'hosted-tools',
    source: 'https://example.com',
    types: ['web_search'],
    forms: { web_search: { tool: { type: 'web_search_20250305', name: 'web_search' } } },
  },
  { kind: 'output-format', source: 'https://example.com', accepts: 'json-schema' },
]);

function open(name: string): EgressCall {
  const file = join(folder, name, 'request.json');
  const request: InferenceRequest = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : REQUEST;
  return egress.open(request, { provider: 'fixture', model: 'claude-test-1', credentialId: 'key-1', dialect });
}

function run(
  decoder: Transducer<Uint8Array, InferenceEvent>,
  chunks: readonly Uint8Array[],
): readonly InferenceEvent[] {
  return [...chunks.flatMap((chunk) => [...decoder.push(chunk)]), ...decoder.end()];
}

function cut(bytes: Uint8Array, at: readonly number[]): readonly Uint8Array[] {
  const ends = [...new Set([...at.map((place) => place % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

for (const name of readdirSync(folder).sort()) {
  const golden = (file: string): string => readFileSync(join(folder, name, file), 'utf8');
  const bytes = readFileSync(join(folder, name, 'upstream.sse'));

  test(`${name}: the reply is decoded`, () => {
    const events = run(open(name).decodeStream(), [bytes]);
    assert.equal(events.map((event) => `${JSON.stringify(event)}\n`).join(''), golden('events.jsonl'));
  });

  test(`${name}: chunk boundaries are invisible`, () => {
    const whole = run(open(name).decodeStream(), [bytes]);
    const places = fc.array(fc.nat(bytes.length), { maxLength: 12 });
    fc.assert(
      fc.property(places, (at) =>
        assert.deepEqual(joined(run(open(name).decodeStream(), cut(bytes, at))), joined(whole)),
      ),
      { numRuns: 60 },
    );
    const single = run(open(name).decodeStream(), cut(bytes, [...bytes.keys()]));
    assert.deepEqual(joined(single), joined(whole));
  });

  test(`${name}: metering sees the same usage and end`, () => {
    const whole = run(open(name).decodeStream(), [bytes]);
    assert.deepEqual(run(egress.tap.decodeStream(), [bytes]).slice(-2), whole.slice(-2));
  });

  if (!existsSync(join(folder, name, 'request.json'))) continue;
  test(`${name}: the request is encoded`, () => {
    const { body, losses } = open(name);
    assert.equal(`${JSON.stringify({ body, losses }, null, 2)}\n`, golden('upstream-request.json'));
  });
}

/** Deltas next to each other as one: their sizes are the chunks' own affair. */
function joined(events: readonly InferenceEvent[]): readonly InferenceEvent[] {
  const result: InferenceEvent[] = [];
  for (const event of events) {
    const last = result.at(-1);
    if (event.type === 'tool-call-delta' && last?.type === event.type)
      result[result.length - 1] = { ...event, input: last.input + event.input };
    else result.push(event);
  }
  return result;
}
