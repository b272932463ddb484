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
import { geminiEgress } from './egress.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../fixtures/gemini');

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

const source = 'https://example.com';
const dialect = compileDialect('gemini', [
  { kind: 'tool-call-members', source, members: { thoughtSignature: 'skip_thought_signature_validator' } },
  { kind: 'images', source, input: true, inToolResults: true },
  {
    kind: 'hosted-tools',
    source,
    types: ['web_search'],
    forms: {
      web_search: { tool: { googleSearch: {} }, members: { toolConfig: { includeServerSideToolInvocations: true } } },
    },
  },
]);

/** Ids in order, so that the same bytes give the same events. */
function counted(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `made${count}`;
  };
}

function open(name: string): EgressCall {
  const file = join(folder, name, 'request.json');
  const request: InferenceRequest = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : REQUEST;
  const target = { provider: 'fixture', model: 'gemini-test-1', credentialId: 'key-1', dialect };
  return geminiEgress(counted()).open(request, target);
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

  if (existsSync(join(folder, name, 'upstream.sse'))) {
    const bytes = readFileSync(join(folder, name, 'upstream.sse'));
    const decode = (chunks: readonly Uint8Array[]) => run(open(name).decodeStream(), chunks);

    test(`${name}: the reply is decoded`, () => {
      const events = decode([bytes]).map((event) => `${JSON.stringify(event)}\n`);
      assert.equal(events.join(''), golden('events.jsonl'));
    });

    test(`${name}: chunk boundaries are invisible`, () => {
      const whole = decode([bytes]);
      const places = fc.array(fc.nat(bytes.length), { maxLength: 12 });
      fc.assert(
        fc.property(places, (at) => assert.deepEqual(decode(cut(bytes, at)), whole)),
        { numRuns: 40 },
      );
      assert.deepEqual(decode(cut(bytes, [...bytes.keys()])), whole);
    });

    test(`${name}: metering sees the same usage and end`, () => {
      const tapped = run(geminiEgress(counted()).tap.decodeStream(), [bytes]);
      assert.deepEqual(tapped.slice(-2).filter(isEnd), decode([bytes]).slice(-2).filter(isEnd));
    });
  }

  if (!existsSync(join(folder, name, 'request.json'))) continue;
  test(`${name}: the request is encoded`, () => {
    const { body, losses } = open(name);
    assert.equal(`${JSON.stringify({ body, losses }, null, 2)}\n`, golden('upstream-request.json'));
  });
}

function isEnd({ type }: InferenceEvent): boolean {
  return type === 'usage' || type === 'finish' || type === 'error';
}
