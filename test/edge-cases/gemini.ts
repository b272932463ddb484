import assert from 'node:assert/strict';
import type { EdgeCase } from './case.ts';
import { at, callsOf, itemsOf, objectsAt } from './read.ts';

const AGENT = 'edge-cases/requests/agent.json';
const TO = 'gemini/gemini-3-pro';
/** A server of this protocol of which nothing else is known: it gets the strictest schemas. */
const STRICT = 'gemini-server/m';
const WITHOUT_SIGNATURE = /A call without its signature goes with the mark that the provider takes in its place/;
const PARAMETERS = 'tools.0.functionDeclarations.0.parameters';

/** Gemini. */
export const GEMINI_CASES: readonly EdgeCase[] = [
  {
    number: 60,
    title:
      'A signature goes to the client and comes back with its call; where none is at hand, what stands for one does',
    outcome: 'repaired',
    fixture: '60-thought-signatures',
    trials: [
      {
        to: TO,
        request: AGENT,
        reply: 'upstream.sse',
        told: (told) => {
          const [thought] = itemsOf(told).filter((item) => item['type'] === 'reasoning');
          assert.match(String(thought?.['encrypted_content']), /^pb1:.*c2lnbmF0dXJl/);
          assert.equal(callsOf(told)[0]?.[1], '{"cmd":"ls"}');
        },
      },
      {
        to: TO,
        sent: (body) =>
          assert.equal(at(body, 'contents.1.parts.0.thoughtSignature'), 'skip_thought_signature_validator'),
        loss: WITHOUT_SIGNATURE,
      },
    ],
  },
  {
    number: 61,
    title: 'Schemas lose the keywords that are refused; properties that merely bear such a name stay',
    outcome: 'repaired',
    fixture: '61-schemas',
    trials: [
      {
        to: STRICT,
        sent: (body) => {
          const names = Object.keys(at(body, `${PARAMETERS}.properties`) ?? {});
          assert.deepEqual(names, ['$ref', 'patternProperties', 'x-name', 'a']);
          assert.equal(at(body, `${PARAMETERS}.properties.a.type`), 'string');
          for (const word of ['patternProperties', 'propertyNames', 'x-order', '$comment', '$defs'])
            assert.equal(at(body, `${PARAMETERS}.${word}`), undefined, word);
        },
        loss: /refuses the schema keyword/,
      },
    ],
  },
  {
    number: 62,
    title: 'Enums become strings, lists get items, unions with null become nullable',
    outcome: 'repaired',
    fixture: '62-enums-and-unions',
    trials: [
      {
        to: STRICT,
        sent: (body) => {
          const properties = at(body, `${PARAMETERS}.properties`);
          assert.deepEqual(at(properties, 'level.enum'), ['1', '2', '3']);
          assert.ok(at(properties, 'list.items'));
          assert.equal(at(properties, 'maybe.nullable'), true);
          assert.equal(at(properties, 'either.nullable'), true);
        },
        loss: /takes strings only in an enum/,
      },
    ],
  },
  {
    number: 63,
    title: 'The same tool called twice: ids in order, results to their own calls',
    outcome: 'carried',
    fixture: '63-same-tool-twice',
    trials: [
      {
        to: TO,
        request: AGENT,
        reply: 'upstream.sse',
        told: (told) => {
          assert.deepEqual(
            callsOf(told).map(([, input]) => input),
            ['{"cmd":"ls"}', '{"cmd":"pwd"}'],
          );
          const ids = itemsOf(told).map((item) => item['call_id']);
          assert.equal(new Set(ids).size, 2);
        },
      },
      {
        to: TO,
        sent: (body) =>
          assert.deepEqual(
            objectsAt(body, 'contents.2.parts').map((part) => at(part, 'functionResponse.response.output')),
            ['first', 'second'],
          ),
        besides: WITHOUT_SIGNATURE,
      },
    ],
  },
  {
    number: 64,
    title: 'A history that begins with the model gets a user turn before it',
    outcome: 'repaired',
    fixture: '64-history-begins-with-model',
    trials: [
      {
        to: TO,
        sent: (body) => assert.equal(at(body, 'contents.0.role'), 'user'),
        loss: /wants a user turn first/,
      },
    ],
  },
];
