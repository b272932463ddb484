import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceEvent } from '../src/ir/event.ts';
import { PROTOCOL_IDS } from '../src/ir/protocol-id.ts';
import { deployment } from './robust/deployments.ts';
import { HOSTILE } from './robust/hostile.ts';
import { assertEventLaws } from './robust/laws.ts';
import { randomOf } from './robust/random.ts';
import { type Door, doors, menderOf, requestAt } from './robust/replies.ts';
import { SPEECH } from './robust/speech.ts';

/** CPU time of one hostile reply of up to 40 MB, in ms, and what it may leave in memory while it is read, in bytes. */
const MAX_CPU_MS = 6_000;
const MAX_GROWTH = 600_000_000;

const request = requestAt(doors()[0]);

for (const protocol of PROTOCOL_IDS) {
  const speech = SPEECH[protocol];
  test(`${protocol} can be told what is hostile`, () => assert.ok(speech !== undefined));
  if (speech === undefined) continue;
  for (const { hostile, mends } of HOSTILE.flatMap((each) =>
    [false, true].map((mends) => ({ hostile: each, mends })),
  )) {
    test(`${protocol}: ${hostile.name}${mends ? ', through the repairs' : ''}`, () => {
      const cpu = process.threadCpuUsage();
      const memory = grown();
      const bare = deployment(protocol, randomOf(0))(request).decodeStream();
      const decoder = mends ? menderOf(request).stream(bare) : bare;
      const events: InferenceEvent[] = [];
      const take = (more: readonly InferenceEvent[]): void => {
        for (const event of more) events.push(event);
      };
      for (const piece of hostile.pieces(speech)) {
        take(decoder.push(Buffer.from(piece)));
        const last = events.at(-1);
        if (last?.type === 'finish' || last?.type === 'error') break;
      }
      const growth = grown() - memory;
      take(decoder.end());
      const { user, system } = process.threadCpuUsage(cpu);
      assertEventLaws(events);
      const last = events.at(-1);
      const isStopped = last?.type === 'error' && last.failure.kind === 'runaway';
      if (hostile.ends !== undefined && !isStopped) {
        assert.ok(last?.type === 'error' && last.failure.kind === 'protocol', JSON.stringify(last));
        assert.match(last.failure.message, hostile.ends);
      }
      if (last?.type === 'error') assert.ok(last.failure.message.length <= 5_000, 'a message without bound');
      assert.ok((user + system) / 1_000 < MAX_CPU_MS, `${(user + system) / 1_000} ms`);
      assert.ok(growth < MAX_GROWTH, `${growth} bytes`);
      assert.deepEqual(Object.keys(Object.prototype), []);
      for (const door of doors()) throughDoor(door.ingress, events);
    });
  }
}

function throughDoor({ encodeStream }: Door['ingress'], events: readonly InferenceEvent[]): void {
  const encoder = encodeStream({ echo: request, caller: { id: 'local' }, responseId: 'r', createdAt: 0 });
  let frames = 0;
  for (const event of events) frames += encoder.push(event).length;
  frames += encoder.end().length;
  assert.ok(frames > 0);
}

function grown(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
