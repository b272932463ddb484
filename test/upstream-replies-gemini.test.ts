import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { InferenceEvent } from '../src/ir/event.ts';
import type { InferenceRequest } from '../src/ir/request.ts';
import { geminiEgress } from '../src/protocols/gemini/egress.ts';
import { ingress } from '../src/protocols/openai-responses/ingress.ts';
import type { EgressCall } from '../src/protocols/protocol.ts';
import { compileDialect } from '../src/providers/dialect.ts';
import { encodeSse } from '../src/wire/sse.ts';
import { compose, type Transducer } from '../src/wire/transducer.ts';
import { type JudgedReply, judgeReplies } from './codex/harness/judge.ts';

/** Recorded replies of the real API, and our own fixtures. */
const recorded = fileURLToPath(new URL('../../shared/protocols/upstream-replies/gemini/', import.meta.url));
const fixtures = fileURLToPath(new URL('../fixtures/gemini/', import.meta.url));

type Reply = { readonly name: string; readonly bytes: Uint8Array; readonly request: InferenceRequest };

const PLAIN: InferenceRequest = {
  model: 'gemini',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Go.' }] }],
  tools: [],
  toolChoice: { type: 'auto' },
  sampling: {},
  reasoning: { effort: 'high', returnState: true },
  outputFormat: { type: 'text' },
  stream: true,
  extensions: {},
};

const MISSING = 'not run: the recorded replies of the Gemini API because ../shared is missing';

function replies(): readonly Reply[] {
  const answered = readdirSync(fixtures).filter((name) => existsSync(`${fixtures}${name}/upstream.sse`));
  const own = answered.map((name): Reply => {
    const file = `${fixtures}${name}/request.json`;
    const request: InferenceRequest = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : PLAIN;
    return { name, bytes: readFileSync(`${fixtures}${name}/upstream.sse`), request };
  });
  if (!existsSync(recorded)) {
    console.log(MISSING);
    return own;
  }
  const theirs = readdirSync(recorded).filter((name) => name.endsWith('.sse'));
  return [...own, ...theirs.map((name) => ({ name, bytes: readFileSync(`${recorded}${name}`), request: PLAIN }))];
}

function open(request: InferenceRequest): EgressCall {
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `made${ids}`;
  };
  return geminiEgress(newId).open(request, { provider: 'p', model: 'm', dialect: compileDialect('gemini', []) });
}

function run<Out>(decoder: Transducer<Uint8Array, Out>, chunks: readonly Uint8Array[]): readonly Out[] {
  return [...chunks.flatMap((chunk) => [...decoder.push(chunk)]), ...decoder.end()];
}

test('every reply keeps the order that events must have', () => {
  for (const { name, bytes, request } of replies()) {
    const events = run(open(request).decodeStream(), [bytes]);
    let block: string | undefined;
    for (const [index, event] of events.entries()) {
      const [, kind, step] = /^(text|refusal|reasoning|tool-call)-(start|delta|end)$/.exec(event.type) ?? [];
      if (step === 'start') assert.equal(block, undefined, `${name}: ${event.type} in a block`);
      if (step === 'delta' || step === 'end') assert.equal(block, kind, `${name}: ${event.type} outside its block`);
      if (step !== undefined) block = step === 'end' ? undefined : kind;
      const isLast = index === events.length - 1;
      assert.equal(event.type === 'finish' || event.type === 'error', isLast, `${name}: ${event.type} at ${index}`);
    }
    assert.ok(events.filter((event) => event.type === 'usage').length <= 1);
  }
});

test('any split of a recorded reply gives the same events', () => {
  for (const { name, bytes, request } of replies()) {
    const whole = run<InferenceEvent>(open(request).decodeStream(), [bytes]);
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, (places) => {
        const ends = [...new Set([...places, bytes.length])].sort((a, b) => a - b);
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        assert.deepEqual(run(open(request).decodeStream(), chunks), whole, name);
      }),
      { numRuns: 30 },
    );
  }
});

test('every reply, as a Responses client sees it, passes the judge', () => {
  const judged = replies().map(({ name, bytes, request }): JudgedReply => {
    const encoder = ingress.encodeStream({
      echo: request,
      caller: { id: 'local', originator: 'codex_exec' },
      responseId: `test${name.replace(/\W/g, '')}`,
      createdAt: 1_700_000_000,
    });
    const frames = run(compose(open(request).decodeStream(), encoder), [bytes]);
    const failed = run(open(request).decodeStream(), [bytes]).at(-1)?.type === 'error';
    return { name, bytes: Buffer.from(frames.map(encodeSse).join('')), mayFail: failed };
  });
  judgeReplies(judged);
});
