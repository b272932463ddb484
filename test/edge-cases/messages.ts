import assert from 'node:assert/strict';
import type { EdgeCase } from './case.ts';
import { assertFailed, at, objectsAt, textOf, usageOf } from './read.ts';

const AGENT = 'edge-cases/requests/agent.json';
const TO = 'anthropic-messages-server/m';

/** The Messages API. */
export const MESSAGES_CASES: readonly EdgeCase[] = [
  {
    number: 52,
    title: 'Tool results stand first in a user turn and are all there; a user speaks first of all',
    outcome: 'repaired',
    fixture: '52-tool-results-first',
    trials: [
      {
        to: TO,
        sent: (body) => {
          assert.equal(at(body, 'messages.0.role'), 'user');
          const parts = objectsAt(body, 'messages.2.content').map((part) => part['tool_use_id'] ?? part['type']);
          assert.deepEqual(parts, ['call_1', 'call_2', 'text', 'text']);
        },
        loss: /call_1 has no output/,
        besides: /wants a user turn first/,
      },
    ],
  },
  {
    number: 53,
    title: 'The budget for thinking stays below the limit of tokens; a forced choice among tools turns thinking off',
    outcome: 'repaired',
    fixture: '53-budget-below-limit',
    trials: [
      {
        to: TO,
        edit: (request) => ({ ...request, max_output_tokens: 4_000 }),
        sent: (body) => {
          assert.equal(at(body, 'thinking.type'), 'enabled');
          assert.ok(Number(at(body, 'thinking.budget_tokens')) < Number(body['max_tokens']));
        },
        besides: /^reasoning\.effort/,
      },
      { to: TO, sent: (body) => assert.ok(!('thinking' in body)), loss: /leaves no room for thinking/ },
      {
        to: TO,
        request: 'forced.json',
        sent: (body) => {
          assert.deepEqual(body['tool_choice'], { type: 'any' });
          assert.ok(!('thinking' in body));
        },
        loss: /A forced tool choice leaves no room for thinking/,
      },
    ],
  },
  {
    number: 54,
    title: 'Thinking without a signature is left out; redacted thinking goes back',
    outcome: 'repaired',
    fixture: '54-thinking-without-signature',
    trials: [
      {
        to: TO,
        sent: (_, raw) => assert.doesNotMatch(raw, /Unsigned/),
        loss: /Thinking without a signature cannot be given back/,
      },
      {
        to: TO,
        request: 'redacted.json',
        sent: (body) =>
          assert.deepEqual(at(body, 'messages.1.content.0'), { type: 'redacted_thinking', data: 'c2VjcmV0' }),
      },
    ],
  },
  {
    number: 55,
    title: 'At most four cache breakpoints, on ends that stay',
    outcome: 'carried',
    fixture: '55-cache-breakpoints',
    trials: [
      {
        to: TO,
        sent: (body, raw) => {
          const marks = raw.match(/"cache_control"/g)?.length ?? 0;
          assert.ok(marks >= 2 && marks <= 4, `${marks} breakpoints`);
          assert.ok(at(body, 'system.0.cache_control'));
          assert.ok(objectsAt(body, 'messages').at(-1) !== undefined);
          assert.ok(at(objectsAt(body, 'messages').at(-1), 'content.0.cache_control'));
        },
      },
    ],
  },
  {
    number: 56,
    title: 'Cached tokens stand beside the input here and inside it for the client',
    outcome: 'carried',
    fixture: '56-cached-beside-input',
    trials: [
      {
        to: TO,
        request: AGENT,
        reply: 'upstream.sse',
        told: (told) => {
          const usage = usageOf(told);
          assert.equal(usage['input_tokens'], 100);
          assert.equal(at(usage, 'input_tokens_details.cached_tokens'), 70);
          assert.equal(usage['total_tokens'], 105);
        },
      },
    ],
  },
  {
    number: 57,
    title: 'A full context window is an incomplete reply; a refusal is one, said in words',
    outcome: 'carried',
    fixture: '57-stops-that-are-not-whole',
    trials: [
      {
        to: TO,
        request: AGENT,
        reply: 'window.sse',
        told: (told) => assert.equal(at(told.last, 'response.incomplete_details.reason'), 'max_output_tokens'),
      },
      {
        to: TO,
        request: AGENT,
        reply: 'refusal.sse',
        told: (told) => assert.match(textOf(told), /I would.*declined to answer/s),
      },
    ],
  },
  {
    number: 58,
    title: 'An overload before the stream can be retried; one in its middle fails it with words',
    outcome: 'refused',
    fixture: '58-overloaded',
    trials: [
      {
        to: TO,
        request: AGENT,
        reply: 'before.json',
        status: 529,
        told: ({ headers }) => assert.match(headers.get('retry-after') ?? '', /^\d+$/),
        refusal: { status: 503, words: /Overloaded/ },
      },
      {
        to: TO,
        request: AGENT,
        reply: 'mid-stream.sse',
        told: (told) => {
          assertFailed(told, 'server_is_overloaded');
          assert.match(told.text, /So far/);
        },
      },
    ],
  },
  {
    number: 59,
    title: 'Turns of one role in a row are one turn',
    outcome: 'carried',
    fixture: '59-adjacent-turns',
    trials: [
      {
        to: TO,
        sent: (body) => {
          const roles = objectsAt(body, 'messages').map((message) => message['role']);
          assert.deepEqual(roles, ['user', 'assistant', 'user']);
          assert.equal(objectsAt(body, 'messages.0.content').length, 3);
        },
      },
    ],
  },
];
