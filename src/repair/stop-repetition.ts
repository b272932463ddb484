import type { InferenceEvent } from '../ir/event.ts';
import type { Failure } from '../ir/failure.ts';
import type { Transducer } from '../wire/transducer.ts';
import { type PeriodicText, periodicText } from './periodic-text.ts';

/** The same call so often in one reply: an agent would run each of them. */
const MAX_EQUAL_CALLS = 16;
/** Arguments of which no more is kept than this are not compared, in characters. */
const MAX_COMPARED = 65_536;

const NONE: readonly InferenceEvent[] = [];

/** Ends a reply that repeats itself without end: in what it says, thinks or writes into a call, or by the same call over
 *  and over. Nothing follows the failure. */
export function stopRepetition(): Transducer<InferenceEvent, InferenceEvent> {
  let text: PeriodicText = periodicText();
  let stopped = false;
  let call: { readonly name: string; input: string } | undefined;
  const calls = new Map<string, number>();

  const stop = (what: string): readonly InferenceEvent[] => {
    stopped = true;
    return [{ type: 'error', failure: runaway(what) }];
  };

  const read = (event: InferenceEvent, piece: string): readonly InferenceEvent[] => {
    const period = text.push(piece);
    if (period === undefined) return [event];
    return stop(period === 1 ? 'the same character' : `the same ${period} characters`);
  };

  const ended = (event: InferenceEvent): readonly InferenceEvent[] => {
    if (call === undefined || call.input.length > MAX_COMPARED) return [event];
    const key = `${call.name} ${call.input}`;
    const times = (calls.get(key) ?? 0) + 1;
    calls.set(key, times);
    return times < MAX_EQUAL_CALLS ? [event] : stop(`the same call of ${call.name}`);
  };

  const push = (event: InferenceEvent): readonly InferenceEvent[] => {
    if (stopped) return NONE;
    switch (event.type) {
      case 'text-start':
      case 'refusal-start':
      case 'reasoning-start':
        text = periodicText();
        return [event];
      case 'tool-call-start':
        text = periodicText();
        call = { name: event.name.name, input: '' };
        return [event];
      case 'text-delta':
      case 'refusal-delta':
      case 'reasoning-delta':
        return read(event, event.text);
      case 'tool-call-delta':
        if (call !== undefined && call.input.length <= MAX_COMPARED) call.input += event.input;
        return read(event, event.input);
      case 'tool-call-end':
        return ended(event);
      default:
        return [event];
    }
  };
  return { push, end: () => NONE };
}

function runaway(what: string): Failure {
  return {
    kind: 'runaway',
    message: `The model wrote ${what} over and over and was stopped.`,
    mend: 'Ask again in other words, or choose another model. To let such replies pass: `repair: { repetition: false }` in config.yaml.',
  };
}
