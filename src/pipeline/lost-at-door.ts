import type { InferenceEvent } from '../ir/event.ts';
import type { EgressCall, Protocol } from '../protocols/protocol.ts';
import { endedThrough, type Transducer, withSteps } from '../wire/transducer.ts';

/** A call whose translated reply tells what of it this door's clients do not see: what the provider did itself, in its own
 *  protocol's words, and the phase of a text. Each is told once.
 *  @param door  the client's protocol. */
export function tellingLosses(call: EgressCall, door: Pick<Protocol, 'id' | 'ingress'>): EgressCall {
  const { decodeStream, decodeResponse } = call;
  return {
    ...call,
    decodeStream: () => withSteps(decodeStream(), [lostAtDoor(door)]),
    decodeResponse: (body) => endedThrough(decodeResponse(body), [lostAtDoor(door)]),
  };
}

/** What is told at the most: kinds of items are the provider's own words. */
const MAX_TOLD = 20;
const MAX_NAME = 100;

function lostAtDoor({ id, ingress }: Pick<Protocol, 'id' | 'ingress'>): Transducer<InferenceEvent, InferenceEvent> {
  const told = new Set<string>();
  const telling = (event: InferenceEvent, path: string, why: string): readonly InferenceEvent[] => {
    if (told.has(why) || told.size >= MAX_TOLD) return [event];
    told.add(why);
    return [{ type: 'loss', loss: { path, why } }, event];
  };
  return {
    push: (event) => {
      if (event.type === 'opaque' && event.protocol !== id) {
        const type = event.value['type'];
        const what = typeof type === 'string' ? type.slice(0, MAX_NAME) : 'an item';
        return telling(event, what, `What the provider did itself (${what}) has no form for this client.`);
      }
      if (event.type === 'text-start' && event.phase !== undefined && ingress?.showsPhases !== true) {
        return telling(event, 'phase', 'The phase of a text has no form for this client.');
      }
      return [event];
    },
    end: () => [],
  };
}
