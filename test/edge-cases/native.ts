import assert from 'node:assert/strict';
import type { EdgeCase } from './case.ts';
import { objectsAt, textOf } from './read.ts';

/** Native Responses upstreams, and what stands behind a head. */
export const NATIVE_CASES: readonly EdgeCase[] = [
  {
    number: 65,
    title: 'A hosted web search is not offered to those that refuse it',
    outcome: 'repaired',
    fixture: '65-hosted-search-refused',
    trials: ['mimo/m', 'longcat/m', 'minimax/m', 'openai-responses-server/m'].map((to) => ({
      to,
      sent: (_, raw) => assert.doesNotMatch(raw, /web_search/),
      loss: /no hosted tool "web_search"/,
    })),
  },
  {
    number: 66,
    title: 'Ids of items that were never stored are not sent, nor reasoning that is nothing but an id',
    outcome: 'repaired',
    fixture: '66-reasoning-ids',
    trials: [
      {
        to: 'openai-responses-server/m',
        sent: (body, raw) => {
          assert.equal(body['store'], false);
          assert.doesNotMatch(raw, /made_elsewhere/);
        },
        loss: /1 reasoning items are left out/,
      },
    ],
  },
  {
    number: 67,
    title: 'Encrypted reasoning of another organisation is left out',
    outcome: 'repaired',
    fixture: '67-encrypted-reasoning',
    trials: [
      {
        to: 'openai/gpt-5',
        sent: (_, raw) => assert.doesNotMatch(raw, /another-organisation|pb1:/),
        loss: /1 reasoning items are left out/,
      },
    ],
  },
  {
    number: 68,
    title: 'A request that is too large for a socket goes as server-sent events, to the same provider',
    outcome: 'carried',
    fixture: '68-too-large-for-a-socket',
    trials: [
      {
        to: 'openai/gpt-5',
        edit: (request) => ({
          ...request,
          input: [...objectsAt(request, 'input'), { role: 'user', content: 'x'.repeat(3_000_000) }],
        }),
        sent: (_, raw) => assert.ok(raw.length > 3_000_000),
        told: (told) => assert.equal(textOf(told), 'Done.'),
      },
    ],
  },
  {
    number: 69,
    title: 'An overload behind a friendly head goes to the next target: only content commits',
    outcome: 'carried',
    fixture: '69-overload-behind-a-head',
    trials: [
      {
        to: 'two-in-a-row',
        request: 'edge-cases/requests/agent.json',
        reply: ['first.sse', 'edge-cases/replies/openai-chat.sse'],
        told: (told) => {
          assert.equal(textOf(told), 'Done.');
          assert.equal(told.headers.get('x-plugboard-attempts'), '2');
        },
      },
    ],
  },
];
