import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { InferenceEvent } from '../ir/event.ts';
import { foldEvents } from '../ir/response.ts';
import { NO_USAGE } from '../ir/usage.ts';
import { stopTexts } from './stop-texts.ts';

const USAGE: InferenceEvent = { type: 'usage', usage: { ...NO_USAGE, output: 9 } };

function reply(pieces: readonly string[]): readonly InferenceEvent[] {
  const deltas = pieces.map((text): InferenceEvent => ({ type: 'text-delta', text }));
  return [{ type: 'text-start' }, ...deltas, { type: 'text-end' }, USAGE, { type: 'finish', reason: 'stop' }];
}

function told(stops: readonly string[], events: readonly InferenceEvent[]): readonly InferenceEvent[] {
  const step = stopTexts(stops);
  return [...events.flatMap((event) => step.push(event)), ...step.end()];
}

test('the text ends before the first stop text, and its usage is kept', () => {
  assert.deepEqual(told(['beta', 'gamma'], reply(['alpha be', 'ta gamma', ' delta'])), [
    { type: 'text-start' },
    { type: 'text-delta', text: 'alpha ' },
    { type: 'text-end' },
    USAGE,
    { type: 'finish', reason: 'stop', stopSequence: 'beta' },
  ]);
});

test('what follows a stop text is dropped: calls, and a failure too', () => {
  const failure = { kind: 'cut', message: 'cut' } as const;
  const events = told(
    ['END'],
    [
      { type: 'text-start' },
      { type: 'text-delta', text: 'xEND' },
      { type: 'tool-call-start', callId: 'c', kind: 'function', name: { name: 't' } },
      { type: 'error', failure },
    ],
  );
  assert.deepEqual(events.at(-1), { type: 'finish', reason: 'stop', stopSequence: 'END' });
  assert.equal(
    events.some((event) => event.type === 'tool-call-start'),
    false,
  );
});

test('any split of the text gives the same reply', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });
  const stop = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(letters, { maxLength: 8 }),
      fc.array(stop, { minLength: 1, maxLength: 3 }),
      (pieces, stops) => {
        const text = pieces.join('');
        // The first that is complete ends the text, wherever it began; of several the longest.
        const ends = stops
          .map((one) => ({ at: text.indexOf(one), end: text.indexOf(one) + one.length }))
          .filter(({ at }) => at !== -1)
          .sort((one, other) => one.end - other.end || one.at - other.at);
        const wanted = text.slice(0, ends[0]?.at);
        const folded = foldEvents(told(stops, reply(pieces)));
        assert.ok(folded.ok);
        assert.equal(folded.response.parts.map((part) => (part.type === 'text' ? part.text : '')).join(''), wanted);
        assert.equal(folded.response.stopSequence !== undefined, ends.length > 0);
      },
    ),
  );
});
