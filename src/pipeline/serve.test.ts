import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerEntry } from '../metering/ledger.ts';
import type { Lease } from '../policy/admission.ts';
import { protocolById } from '../protocols/registry.ts';
import { openTraffic } from '../upstream/testing/open-traffic.ts';
import { scriptedTransport } from '../upstream/testing/scripted.ts';
import { testTarget } from '../upstream/testing/targets.ts';
import { createCacheThreads } from './cache-watch.ts';
import { serve } from './serve.ts';
import { createSessions } from './sessions.ts';
import { createThoughts } from './thoughts.ts';

const CHUNK = { choices: [{ index: 0, delta: { content: 'hello' }, finish_reason: 'stop' }] };
const BODY = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hello' }] });

/** One call under this lease. */
async function served(lease: Partial<Lease>) {
  const entries: LedgerEntry[] = [];
  const reports: unknown[] = [];
  const { transport } = scriptedTransport([{ pieces: [`data: ${JSON.stringify(CHUNK)}\n\n`, 'data: [DONE]\n\n'] }]);
  await serve(
    {
      protocols: protocolById,
      plan: () => ({ ok: true, plan: { route: 'm', targets: [testTarget()], why: [] } }),
      admit: () => ({
        admitted: true,
        lease: {
          limited: false,
          covers: () => true,
          overrun: () => ({ kind: 'policy', message: 'Over.' }),
          expects: () => 0,
          settle: () => {},
          release: () => {},
          ...lease,
        },
      }),
      charge: () => {},
      needs: () => ({ work: false, judges: [] }),
      judge: async () => undefined,
      transport,
      sessions: createSessions(),
      thoughts: createThoughts(Date.now),
      search: () => undefined,
      descriptions: () => undefined,
      shortener: () => undefined,
      traffic: openTraffic(),
      report: (error) => reports.push(error),
      ledger: { record: (entry) => entries.push(entry), close: async () => {} },
      cacheThreads: createCacheThreads(),
      price: () => undefined,
      now: Date.now,
    },
    {
      id: 'r',
      protocol: 'openai-chat',
      headers: {},
      takeBody: () => Buffer.from(BODY),
      caller: { id: 'local' },
      tags: [],
      signal: new AbortController().signal,
      receivedAt: Date.now(),
    },
    { head: () => {}, write: () => true, onceDrained: (resume) => resume(), end: () => {}, cut: () => {} },
  );
  return { entries, reports };
}

test('a request has its entry in the ledger also where its money cannot be settled, and the bug is reported', async () => {
  let released = 0;
  const broken = new RangeError('no sum of money');
  const { entries, reports } = await served({
    settle: () => {
      throw broken;
    },
    release: () => {
      released += 1;
    },
  });
  assert.deepEqual([entries.map(({ outcome }) => outcome), reports, released], [['completed'], [broken], 1]);
});
