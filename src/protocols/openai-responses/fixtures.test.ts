import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { InferenceEvent } from '../../ir/event.ts';
import type { InferenceRequest } from '../../ir/request.ts';
import { compileDialect } from '../../providers/dialect.ts';
import { encodeSse } from '../../wire/sse.ts';
import type { Transducer } from '../../wire/transducer.ts';
import type { EgressCall } from '../protocol.ts';
import { decodeRequest } from './decode-request.ts';
import { responsesEgress } from './egress.ts';
import { encodeStream } from './encode-stream.ts';

const folder = fileURLToPath(new URL('../../../fixtures/openai-responses/', import.meta.url));

type Case = { readonly request: InferenceRequest; readonly call: EgressCall };

/** `request.json`: what the client sent, and whether it goes to a provider that has the whole API. */
function open(name: string): Case {
  const file = join(folder, name, 'request.json');
  const given = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { native: false, body: BODY };
  const request = decodeRequest(given.body).value;
  const dialect = compileDialect('openai-responses', [], given.native);
  let made = 0;
  const egress = responsesEgress(() => {
    made += 1;
    return `made${made}`;
  });
  return {
    request,
    call: egress.open(request, { provider: 'fixture', model: 'up-model', credentialId: 'key-1', dialect }),
  };
}

const BODY = { model: 'slug', stream: true, input: 'Go.', include: ['reasoning.encrypted_content'] };

function run<Out>(decoder: Transducer<Uint8Array, Out>, chunks: readonly Uint8Array[]): readonly Out[] {
  return [...chunks.flatMap((chunk) => [...decoder.push(chunk)]), ...decoder.end()];
}

function asClientSees(request: InferenceRequest, events: readonly InferenceEvent[]): string {
  const encoder = encodeStream({
    echo: request,
    caller: { id: 'local', originator: 'codex_exec' },
    responseId: 'fixture',
    createdAt: 1_700_000_000,
  });
  return [...events.flatMap((event) => [...encoder.push(event)]), ...encoder.end()].map(encodeSse).join('');
}

for (const name of readdirSync(folder).sort()) {
  const golden = (file: string): string => readFileSync(join(folder, name, file), 'utf8');
  const bytes = readFileSync(join(folder, name, 'upstream.sse'));

  test(`${name}: the reply is decoded, and encoded for Codex`, () => {
    const { request, call } = open(name);
    const events = run(call.decodeStream(), [bytes]);
    assert.equal(events.map((event) => `${JSON.stringify(event)}\n`).join(''), golden('events.jsonl'));
    assert.equal(asClientSees(request, events), golden('client.openai-responses.sse'));
  });

  test(`${name}: chunk boundaries are invisible`, () => {
    const whole = run(open(name).call.decodeStream(), [bytes]);
    const split = (places: readonly number[]): readonly Uint8Array[] => {
      const ends = [...new Set([...places, bytes.length])].sort((a, b) => a - b);
      return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
    };
    const places = fc.array(fc.nat(bytes.length), { maxLength: 12 });
    fc.assert(
      fc.property(places, (at) => assert.deepEqual(run(open(name).call.decodeStream(), split(at)), whole)),
      { numRuns: 30 },
    );
    assert.deepEqual(run(open(name).call.decodeStream(), split([...bytes.keys()])), whole);
  });

  test(`${name}: metering sees the same usage and end`, () => {
    const whole = run(open(name).call.decodeStream(), [bytes]);
    const tapped = run(responsesEgress(() => '').tap.decodeStream(), [bytes]);
    const counted = (events: readonly InferenceEvent[]): readonly InferenceEvent[] =>
      events.filter(({ type }) => type === 'usage' || type === 'finish' || type === 'error');
    assert.deepEqual(counted(tapped), counted(whole));
  });

  if (!existsSync(join(folder, name, 'upstream-request.json'))) continue;
  test(`${name}: the request is encoded`, () => {
    const { body, losses } = open(name).call;
    assert.equal(`${JSON.stringify({ body, losses }, null, 2)}\n`, golden('upstream-request.json'));
  });
}
