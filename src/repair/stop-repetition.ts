import type { InferenceEvent } from '../ir/event.ts';
import type { Transducer } from '../wire/transducer.ts';
import { type PeriodicText, periodicText } from './periodic-text.ts';
import { runaway } from './runaway.ts';

const NONE: readonly InferenceEvent[] = [];

/** Ends a reply that repeats itself without end in what it says, thinks or writes into a call. Nothing follows the
 *  failure. */
export function stopRepetition(): Transducer<InferenceEvent, InferenceEvent> {
  let text: PeriodicText = periodicText();
  let stopped = false;

  const read = (event: InferenceEvent, piece: string): readonly InferenceEvent[] => {
    const period = text.push(piece);
    if (period === undefined) return [event];
    stopped = true;
    return [runaway(period === 1 ? 'the same character' : `the same ${period} characters`)];
  };

  const push = (event: InferenceEvent): readonly InferenceEvent[] => {
    if (stopped) return NONE;
    switch (event.type) {
      case 'text-start':
      case 'refusal-start':
      case 'reasoning-start':
      case 'tool-call-start':
        text = periodicText();
        return [event];
      case 'text-delta':
      case 'refusal-delta':
      case 'reasoning-delta':
        return read(event, event.text);
      case 'tool-call-delta':
        return read(event, event.input);
      default:
        return [event];
    }
  };
  return { push, end: () => NONE };
}
