import assert from 'node:assert/strict';
import type { InferenceEvent } from '../../src/ir/event.ts';

/** Holds the events of one whole reply against the laws of `ir/event.ts`.
 *  @throws AssertionError for the first that is broken. */
export function assertEventLaws(events: readonly InferenceEvent[]): void {
  const last = events.at(-1);
  assert.ok(last?.type === 'finish' || last?.type === 'error', `a reply ends in ${last?.type ?? 'nothing'}`);
  let open: string | undefined;
  let usages = 0;
  const callIds = new Set<string>();
  for (const [index, event] of events.entries()) {
    const [, block, step] = /^(text|refusal|reasoning|tool-call)-(start|delta|part|end)$/.exec(event.type) ?? [];
    if (step === 'start')
      assert.equal(open, undefined, `${event.type} inside an open ${open} block, at event ${index}`);
    else if (step !== undefined) assert.equal(block, open, `${event.type} outside of its block, at event ${index}`);
    if (step !== undefined) open = step === 'end' ? undefined : block;
    switch (event.type) {
      case 'finish':
      case 'error':
        assert.equal(index, events.length - 1, `${event.type} is not the last event`);
        break;
      case 'usage':
        usages += 1;
        assert.equal(usages, 1, 'usage comes twice');
        for (const [name, count] of Object.entries(event.usage)) {
          assert.ok(Number.isSafeInteger(count) && count >= 0, `usage.${name} is ${count}`);
        }
        assert.ok(event.usage.reasoning <= event.usage.output, 'more reasoning than output');
        break;
      case 'tool-call-start':
        assert.equal(typeof event.callId, 'string');
        assert.notEqual(event.callId, '', 'a call without an id');
        assert.ok(!callIds.has(event.callId), `two calls with the id ${event.callId}`);
        callIds.add(event.callId);
        assert.notEqual(event.name.name, '', 'a call without a name');
        break;
      default:
        break;
    }
  }
  if (last.type === 'finish' && open !== undefined) {
    assert.match(last.reason, /^(length|content-filter)$/, `${last.reason} with an open ${open} block`);
  }
}

/** Events as they mean: deltas joined, since where a provider's pieces end says nothing, and ids that we made counted. */
export function joinedEvents(events: readonly InferenceEvent[]): readonly InferenceEvent[] {
  const joined: InferenceEvent[] = [];
  let made = 0;
  for (const event of events) {
    const before = joined.at(-1);
    if (event.type === 'tool-call-delta' && before?.type === event.type) {
      joined[joined.length - 1] = { ...event, input: before.input + event.input };
    } else if (
      (event.type === 'text-delta' || event.type === 'refusal-delta' || event.type === 'reasoning-delta') &&
      before?.type === event.type
    ) {
      joined[joined.length - 1] = { ...event, text: before.text + event.text };
    } else if (event.type === 'tool-call-start' && /^call_[0-9a-f]{32}$/.test(event.callId)) {
      made += 1;
      joined.push({ ...event, callId: `made-${made}` });
    } else joined.push(event.type === 'reasoning-end' ? withoutMadeIds(event) : event);
  }
  return joined;
}

/** What goes back to a model may name a call by the id that we made for it. */
function withoutMadeIds(event: Extract<InferenceEvent, { readonly type: 'reasoning-end' }>): InferenceEvent {
  const id = event.state?.value['id'];
  if (event.state === undefined || typeof id !== 'string' || !/^call_[0-9a-f]{32}$/.test(id)) return event;
  return { ...event, state: { ...event.state, value: { ...event.state.value, id: 'made' } } };
}
