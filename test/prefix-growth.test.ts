import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../src/ir/json.ts';
import { makeEnvelope } from '../src/protocols/envelope.ts';
import { protocolById } from '../src/protocols/registry.ts';
import { DEPLOYMENTS, type Deployment } from './prefix/deployments.ts';
import { DOORS, type Door, requestThrough } from './prefix/doors.ts';
import { keepsPrefix, parting } from './prefix/law.ts';
import { sessions } from './prefix/sessions.ts';

/** What a provider is sent of a history whose thinking it made itself. */
function sent(
  items: readonly JsonObject[],
  { protocol, dialect }: Deployment,
  door: Door = 'openai-responses',
): JsonObject {
  const value = { encrypted_content: 'e', signature: 's', reasoning_details: [{ text: 't' }] };
  const request = requestThrough(door, items, makeEnvelope({ protocol, provider: 'p', model: 'm', value }));
  return protocolById(protocol).egress.open(request, { provider: 'p', model: 'm', dialect }).body;
}

function assertKept(before: JsonObject, after: JsonObject, where: string): void {
  assert.ok(keepsPrefix(before, after), `${where}: ${JSON.stringify(parting(before, after), null, 1)}`);
}

for (const deployment of DEPLOYMENTS) {
  // A budget for thinking goes off for a tool loop that began without any.
  const grown = sessions({ thinksFirst: deployment.dialect.effort.kind === 'budget' });

  test(`law: a session that grows step by step keeps its prefix: ${deployment.name}`, () => {
    fc.assert(
      fc.property(grown, ({ steps }) => {
        const bodies = steps.map((_, at) => sent(steps.slice(0, at + 1).flat(), deployment));
        for (const [at, after] of bodies.entries()) assertKept(bodies[at - 1] ?? after, after, `request ${at}`);
      }),
      { numRuns: 40 },
    );
  });

  test(`law: a request in the midst of a step costs that step at most: ${deployment.name}`, () => {
    fc.assert(
      fc.property(grown, fc.nat(), ({ steps }, cut) => {
        const items = steps.flat();
        const end = cut % (items.length + 1);
        let whole: readonly JsonObject[] = [];
        for (const step of steps) {
          if (whole.length + step.length > end) break;
          whole = [...whole, ...step];
        }
        if (whole.length === 0) return;
        const unfinished = sent(items.slice(0, end), deployment);
        assertKept(sent(whole, deployment), unfinished, `${end} of ${items.length} items`);
      }),
      { numRuns: 40 },
    );
  });
}

for (const deployment of DEPLOYMENTS.filter(({ preset }) => preset === undefined)) {
  for (const door of DOORS) {
    if (door === 'openai-responses') continue;
    test(`law: so does one that comes through the door of ${door}: ${deployment.name}`, () => {
      fc.assert(
        fc.property(sessions({ thinksFirst: true }), ({ steps }) => {
          const bodies = steps.map((_, at) => sent(steps.slice(0, at + 1).flat(), deployment, door));
          for (const [at, after] of bodies.entries()) assertKept(bodies[at - 1] ?? after, after, `request ${at}`);
        }),
        { numRuns: 60 },
      );
    });
  }
}
