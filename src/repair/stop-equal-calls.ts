import type { InferenceEvent } from '../ir/event.ts';
import type { Transducer } from '../wire/transducer.ts';
import { runaway } from './runaway.ts';

/** The same call so often in one reply: an agent would run each of them. */
const MAX_EQUAL_CALLS = 16;
/** Longer arguments are not compared, in characters. */
const MAX_COMPARED = 65_536;

const NONE: readonly InferenceEvent[] = [];

/** Ends a reply that makes the same call over and over. Nothing follows the failure. */
export function stopEqualCalls(): Transducer<InferenceEvent, InferenceEvent> {
  let stopped = false;
  let call: { readonly name: string; input: string } | undefined;
  const calls = new Map<string, number>();

  const ended = (event: InferenceEvent): readonly InferenceEvent[] => {
    if (call === undefined || call.input.length > MAX_COMPARED) return [event];
    const key = `${call.name} ${call.input}`;
    const times = (calls.get(key) ?? 0) + 1;
    calls.set(key, times);
    if (times < MAX_EQUAL_CALLS) return [event];
    stopped = true;
    return [runaway(`the same call of ${call.name}`)];
  };

  const push = (event: InferenceEvent): readonly InferenceEvent[] => {
    if (stopped) return NONE;
    switch (event.type) {
      case 'tool-call-start':
        call = { name: event.name.name, input: '' };
        return [event];
      case 'tool-call-delta':
        if (call !== undefined && call.input.length <= MAX_COMPARED) call.input += event.input;
        return [event];
      case 'tool-call-end':
        return ended(event);
      default:
        return [event];
    }
  };
  return { push, end: () => NONE };
}
