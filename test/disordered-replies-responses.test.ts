import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { InferenceEvent } from '../src/ir/event.ts';
import { decodeRequest } from '../src/protocols/openai-responses/decode-request.ts';
import { egress } from '../src/protocols/openai-responses/egress.ts';
import { ingress } from '../src/protocols/openai-responses/ingress.ts';
import { compileDialect } from '../src/providers/dialect.ts';
import { encodeSse } from '../src/wire/sse.ts';

const judge = fileURLToPath(new URL('../../shared/judge/validate.mjs', import.meta.url));
const fixtures = fileURLToPath(new URL('../fixtures/openai-responses/', import.meta.url));

const request = { model: 'm', input: 'x', stream: true, include: ['reasoning.encrypted_content'] };

/** The events of all fixtures, each as it stood on the wire. */
const replies = readdirSync(fixtures).map((name) =>
  readFileSync(`${fixtures}${name}/upstream.sse`, 'utf8')
    .replaceAll('\r\n', '\n')
    .split('\n\n')
    .filter((frame) => frame.includes('data:')),
);
const frames = replies.flat();
const ends = frames.filter((frame) => /"response\.(completed|incomplete|failed)"/.test(frame));
const others = frames.filter((frame) => !ends.includes(frame) && !frame.includes('"error"'));

/** Any events, then an end; or a reply whose events changed places, or were lost. */
const disordered = fc.oneof(
  fc
    .tuple(fc.array(fc.constantFrom(...others), { maxLength: 25 }), fc.constantFrom(...ends))
    .map(([some, end]) => [...some, end]),
  fc
    .tuple(fc.constantFrom(...replies), fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 6 }), fc.nat(60))
    .map(([reply, swaps, lost]) => {
      const moved = [...reply];
      for (const [from, to] of swaps) moved.splice(to % moved.length, 0, ...moved.splice(from % moved.length, 1));
      return moved.filter((_, index) => index !== lost);
    }),
);

function decode(upstream: readonly string[], native: boolean): readonly InferenceEvent[] {
  const dialect = compileDialect('openai-responses', [], native);
  const call = egress.open(decodeRequest(request).value, { provider: 'p', model: 'm', dialect });
  const decoder = call.decodeStream();
  return [...decoder.push(Buffer.from(`${upstream.join('\n\n')}\n\n`)), ...decoder.end()];
}

test('whatever order the events of an upstream come in, blocks never overlap and one event ends the reply', () => {
  fc.assert(
    fc.property(disordered, fc.boolean(), (upstream, native) => {
      let open: string | undefined;
      let ended = false;
      for (const event of decode(upstream, native)) {
        assert.ok(!ended);
        const [, block, step] = /^(text|refusal|reasoning|tool-call)-(start|delta|part|end)$/.exec(event.type) ?? [];
        if (step === 'start') assert.equal(open, undefined);
        else if (step !== undefined) assert.equal(block, open);
        if (step !== undefined) open = step === 'end' ? undefined : block;
        ended = event.type === 'finish' || event.type === 'error';
        if (event.type === 'finish' && open !== undefined) assert.match(event.reason, /length|content-filter/);
      }
      assert.ok(ended);
    }),
    { numRuns: 500 },
  );
});

test('and what the client sees of it passes the judge', async () => {
  if (!existsSync(judge)) {
    console.log('not run: the judge of disordered replies because ../shared is missing');
    return;
  }
  const { validateStream } = await import(judge);
  const ignore = ['ARGS_JSON', 'ARGS_NOT_OBJECT', 'DELTA_FFFD', 'FINAL_ENCRYPTED'];
  fc.assert(
    fc.property(disordered, fc.boolean(), (upstream, native) => {
      const events = decode(upstream, native);
      // Half a freeform call is never closed, so that nothing can bear the mark of the limit behind a whole item.
      const cut = events.findLast(({ type }) => type === 'tool-call-start' || type.endsWith('-end'));
      const isCutFreeform = cut?.type === 'tool-call-start' && cut.kind === 'custom';
      const encoder = ingress.encodeStream({
        echo: decodeRequest(request).value,
        caller: native ? { id: 'local', originator: 'codex_exec' } : { id: 'local' },
        responseId: 'judged',
        createdAt: 1_700_000_000,
      });
      const sent = [...events.flatMap((event) => [...encoder.push(event)]), ...encoder.end()].map(encodeSse).join('');
      const verdict = validateStream(Buffer.from(sent), {
        strict: true,
        allowFailed: true,
        ignore: isCutFreeform ? [...ignore, 'INCOMPLETE_ITEM'] : ignore,
        request,
      });
      assert.deepEqual(verdict.findings, []);
    }),
    { numRuns: 300 },
  );
});
