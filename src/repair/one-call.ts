import type { InferenceEvent } from '../ir/event.ts';
import type { Transducer } from '../wire/transducer.ts';

const NONE: readonly InferenceEvent[] = [];

/** Keeps the first call of a reply, for a client that takes one at a time where the provider cannot be told so. The model
 *  makes the others again once it has the first one's result. */
export function oneCall(): Transducer<InferenceEvent, InferenceEvent> {
  let calls = 0;
  let dropping = false;
  return {
    push: (event) => {
      if (event.type === 'tool-call-start') {
        calls += 1;
        dropping = calls > 1;
        return dropping ? [{ type: 'loss', loss: { path: `calls[${calls - 1}]`, why: LEFT_OUT } }] : [event];
      }
      if (!dropping) return [event];
      if (event.type === 'tool-call-end') dropping = false;
      if (event.type === 'tool-call-end' || event.type === 'tool-call-delta') return NONE;
      // A reply that ended within the call ended behind the first one.
      if (event.type === 'finish')
        return [{ type: 'finish', reason: event.reason === 'length' ? 'tool-calls' : event.reason }];
      return [event];
    },
    end: () => NONE,
  };
}

const LEFT_OUT = 'The client takes one call at a time, which the provider cannot be told: a further call was left out.';
